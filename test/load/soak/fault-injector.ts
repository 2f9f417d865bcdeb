import { setTimeout as sleep } from 'node:timers/promises';
import { FAULT_KINDS, type FaultKind, type FaultSettings } from '@/simulator/faults/fault.js';
import type { Random } from '@/simulator/fleet/random.js';
import type { UpstreamName } from '@/simulator/settings.js';
import { alters, expectationOf } from '../../support/fault-expectations.js';
import type { Simulator } from '../../support/gateway.js';
import { UPSTREAMS, type UpstreamOfTasks } from '../../support/upstreams.js';

export interface Pace {
  /** How long a fault lasts. */
  readonly faultMs: number;
  /** The longest that an upstream is well after it. */
  readonly longestPauseMs: number;
  /** For so long after a fault that changed rows, answers may still be made of them. */
  readonly graceMs: number;
}

/** Injects all kinds of faults into every upstream, IAM included, one after the other, in an order of its own. */
export class FaultInjector {
  /** How many faults there were. */
  count = 0;
  readonly #stopped = new AbortController();
  readonly #altering = new Set<UpstreamName>();
  readonly #alteredUntilMs = new Map<UpstreamName, number>();
  readonly #over: Promise<unknown>;

  constructor(
    private readonly simulator: Simulator,
    private readonly pace: Pace,
    random: Random,
  ) {
    const names = [...UPSTREAMS, 'iam'] as const;
    this.#over = Promise.all(names.map((name) => this.#injectAll(name, random.fork(name))));
  }

  /** True when what is known of the upstream now may be of altered rows. */
  mayAlter(upstream: UpstreamOfTasks): boolean {
    return this.#altering.has(upstream) || performance.now() < (this.#alteredUntilMs.get(upstream) ?? 0);
  }

  /** Resolves when no upstream has a fault. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#over;
  }

  async #injectAll(name: UpstreamName, random: Random): Promise<void> {
    let kinds: FaultKind[] = [];
    while (!this.#stopped.signal.aborted) {
      if (kinds.length === 0) kinds = shuffled(random);
      const kind = kinds.pop() ?? 'hang';
      await this.#inject(name, settingsOf(kind, { name, feed: this.#feedOf(name, random) }, random));
      await this.#pause(random.integer(0, this.pace.longestPauseMs));
    }
  }

  async #inject(name: UpstreamName, fault: FaultSettings): Promise<void> {
    const { faultMs, graceMs } = this.pace;
    const isAltering = mayChange(fault.kind, name);
    if (isAltering) this.#altering.add(name);
    if (name === 'iam') this.simulator.revokeTokens();
    this.count += 1;
    await this.simulator.setFault(name, fault);
    await this.#pause(faultMs);
    await this.simulator.setFault(name, null);
    if (isAltering) this.#alteredUntilMs.set(name, performance.now() + graceMs);
    this.#altering.delete(name);
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }

  #feedOf(name: UpstreamName, random: Random): string {
    const { css, cce, allOcpClusters } = this.simulator.fleet;
    const ids = { css, cce, ocp: allOcpClusters, cbr: [{ id: 'operation-logs' }], iam: [{ id: 'tokens' }] };
    const [first = '', ...others] = ids[name].map(({ id }) => String(id));
    return random.pick([first, ...others]);
  }
}

/** Texts of a megabyte would stay in every answer until their feed can be read again. */
const KINDS = FAULT_KINDS.filter((kind) => kind !== 'rows-long-texts');

/** All kinds, each once. */
function shuffled(random: Random): FaultKind[] {
  return KINDS.map((kind) => ({ kind, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ kind }) => kind);
}

/** Whether the fault may change what tasks are told without a read failing. IAM tells none. */
function mayChange(kind: FaultKind, name: UpstreamName): boolean {
  return name !== 'iam' && (alters(kind, name) || expectationOf(kind, name) === 'empty');
}

interface FaultTarget {
  readonly name: UpstreamName;
  readonly feed: string;
}

/** A list of clusters is never altered: what is missing from it is missing for minutes, and rightly so. */
function settingsOf(kind: FaultKind, { name, feed }: FaultTarget, random: Random): FaultSettings {
  if (mayChange(kind, name)) return { kind, only: feed };
  // A refused credential rests for 2 s after the first refusal, and for an hour after the fourth.
  if (kind === 'unauthorized') return { kind, times: 1 };
  if (expectationOf(kind, name === 'iam' ? 'css' : name) === 'LIMIT') return { kind, times: 3 };
  return random.chance(0.3) ? { kind, rate: 0.5 } : { kind };
}

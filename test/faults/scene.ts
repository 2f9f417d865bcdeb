import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '@/simulator/faults/fault.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { leaks } from '../support/secrets.js';
import {
  listPath,
  type SentFeedProblem,
  type SentPage,
  type SentProblem,
  type SentTask,
} from '../support/tasks.js';

export const UPSTREAMS = ['css', 'cbr', 'cce', 'ocp'] as const;
export type UpstreamOfTasks = (typeof UPSTREAMS)[number];

const SOURCES: Record<UpstreamOfTasks, string> = {
  css: 'search-logs',
  cbr: 'server-backups',
  cce: 'kubernetes',
  ocp: 'oceanbase',
};

/** The longest a question waits. */
export const DEADLINE_MS = 1_000;
/** The longest one call takes. */
const TIMEOUT_MS = 700;
/** Longer than the clock goes ahead: nothing may leave it meanwhile. */
const WINDOW_MS = 10 * 365 * 86_400_000;

/** What tells of faults besides the answer itself. */
const TELLING_PATHS = ['/v1/sources', '/health/ready', '/metrics'];

const FLEET = {
  cssClusters: 2,
  cssRowsPerCluster: 12,
  cbrRows: 30,
  cceClusters: 2,
  cceRowsPerCluster: 6,
  ocpTenants: 4,
};

function begin(simulator: Simulator, clock: () => number): Promise<RunningGateway> {
  return startGateway(simulator, {
    clock,
    deadlineMs: DEADLINE_MS,
    sources: (sources) =>
      sources.map((source) => ({ ...source, timeoutMs: TIMEOUT_MS, windowMs: WINDOW_MS })),
  });
}

/** What a question was answered with. */
export interface Seen {
  readonly status: number;
  readonly tookMs: number;
  readonly tasks: readonly SentTask[];
  readonly complete: boolean;
  readonly problems: readonly SentFeedProblem[];
  readonly unreachable: readonly string[];
  /** Secrets and upstream texts in the answer, in what else is told of the feeds, in headers, the log or metrics. */
  readonly leaks: readonly string[];
}

/** A gateway before a small fleet, of which one upstream is about to fail. */
export class Scene {
  private constructor(
    readonly simulator: Simulator,
    /** How far the clock of simulator and gateway is ahead of the real one. */
    private readonly time: { aheadMs: number },
    private gateway: RunningGateway,
  ) {}

  static async open(seed: number): Promise<Scene> {
    const time = { aheadMs: 0 };
    const clock = (): number => Date.now() + time.aheadMs;
    const simulator = await startSimulator({ seed, clock, life: { rate: 0 }, fleet: FLEET });
    return new Scene(simulator, time, await begin(simulator, clock));
  }

  /** A gateway that has read nothing yet takes the place of this one. */
  async restart(): Promise<void> {
    await this.gateway.stop();
    this.gateway = await begin(this.simulator, () => Date.now() + this.time.aheadMs);
  }

  /** All tasks that there are, asked for at once. */
  async look(headers: Record<string, string> = {}): Promise<Seen> {
    const startMs = performance.now();
    const answer = await ask(`${this.gateway.url}${listPath({ pageSize: 1000 })}`, headers);
    const tookMs = performance.now() - startMs;
    const told = await Promise.all(TELLING_PATHS.map((path) => ask(`${this.gateway.url}${path}`)));
    const page = answer.body as Partial<SentPage & SentProblem>;
    return {
      status: answer.status,
      tookMs,
      tasks: page.tasks ?? [],
      complete: page.completeness?.complete ?? false,
      problems: page.completeness?.problems ?? page.problems ?? [],
      unreachable: page.unreachable ?? [],
      leaks: leaks(this.simulator, this.gateway, answer, ...told),
    };
  }

  /** Time goes by: what is held turns stale, and pauses end. */
  pass(ms: number): void {
    this.time.aheadMs += ms;
  }

  fault(upstream: UpstreamOfTasks, fault: Fault | null): Promise<void> {
    return this.simulator.setFault(upstream, fault);
  }

  /** Looks until nothing is missing any more; null when that does not come to pass. */
  async recover(): Promise<Seen | null> {
    const endMs = performance.now() + 20_000;
    while (performance.now() < endMs) {
      const seen = await this.look();
      if (seen.complete) return seen;
      this.pass(5_000);
      await sleep(30);
    }
    return null;
  }

  /** The same, from nothing but what is read from now on. */
  async recoverAnew(): Promise<Seen | null> {
    for (let time = 0; time < 2; time += 1) {
      await this.look({ 'cache-control': 'no-cache' });
      this.pass(40_000);
    }
    return this.recover();
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await this.simulator.stop();
  }
}

/** The tasks of an upstream's source, and all others. */
export function split(
  tasks: readonly SentTask[],
  upstream: UpstreamOfTasks,
): { readonly own: readonly SentTask[]; readonly others: readonly SentTask[] } {
  const isOwn = ({ source }: SentTask): boolean => source === SOURCES[upstream];
  return { own: tasks.filter(isOwn), others: tasks.filter((task) => !isOwn(task)) };
}

/** True for a feed of the upstream's source. */
export function isFeedOf(upstream: UpstreamOfTasks, feed: string): boolean {
  return feed.startsWith(`sources/${SOURCES[upstream]}/`);
}

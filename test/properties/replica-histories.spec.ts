import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import { SYSTEM_CLOCK, type Clock } from '@/model/clock.js';
import { InProcessState } from '@/snapshots/in-process/in-process-state.js';
import { InProcessStore } from '@/snapshots/in-process/in-process-store.js';
import { IN_FULL } from '../support/figures.js';
import { FEED_IN_STORE, FakeUpstream, type Behaviour } from '../support/fake-upstream.js';
import { CollectionReplica } from '../support/collection-replica.js';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const REPLICAS = 3;
/** Each run takes other random steps; fast-check prints the seed of one that fails. */
const RUNS = IN_FULL ? 2_000 : 150;
const TIMEOUT_MS = IN_FULL ? 1_800_000 : 240_000;
const LOOK_EVERY_MS = 2_000;
const ROUNDING_MS = 1;
/** A lost lease is noticed at the next heartbeat at the latest. */
const HEARTBEAT_MS = 1_000;

type Step =
  | { readonly kind: 'ask'; readonly replica: number; readonly noCache: boolean }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'behave'; readonly behaviour: Behaviour }
  | { readonly kind: 'lose lease' }
  | { readonly kind: 'restart'; readonly replica: number }
  | { readonly kind: 'step clock'; readonly replica: number; readonly byMs: number };

const replicaNumber = fc.nat(REPLICAS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('ask'), replica: replicaNumber, noCache: fc.boolean() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pass'),
      ms: fc.constantFrom(1, 40, 300, 1_100, 5_000, 14_000, 31_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('behave'),
      behaviour: fc.record({
        tookMs: fc.constantFrom(0, 50, 900, 4_000),
        outcome: fc.constantFrom('read', 'read', 'failed', 'hangs'),
      }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'lose lease' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart'), replica: replicaNumber }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('step clock'),
      replica: replicaNumber,
      byMs: fc.constantFrom(-3_600_000, -2_000, 2_000, 3_600_000),
    }),
  },
);

/** Replicas on one store, and the invariants that must hold at any time. */
class ReplicaGroup {
  readonly upstream = new FakeUpstream();
  readonly #shelf = new InProcessState(SYSTEM_CLOCK, Infinity);
  readonly #store = new InProcessStore(SYSTEM_CLOCK, Infinity, this.#shelf);
  readonly #skewMs = Array.from({ length: REPLICAS }, () => 0);
  readonly #replicas = this.#skewMs.map((_, number) => this.start(number));
  readonly #shown = this.#skewMs.map(() => 0);
  #stored = { version: 0, number: 0 };

  async take(step: Step): Promise<void> {
    if (step.kind === 'pass') return this.pass(step.ms);
    if (step.kind === 'behave') this.upstream.behaviour = step.behaviour;
    if (step.kind === 'lose lease') this.loseLease();
    if (step.kind === 'step clock') this.#skewMs[step.replica] = step.byMs;
    if (step.kind === 'ask') void this.#replicas[step.replica]?.ask({ noCache: step.noCache });
    if (step.kind === 'restart') this.restart(step.replica);
    return this.pass(0);
  }

  /** The number of the read that each replica shows. */
  get shown(): readonly number[] {
    return this.#replicas.map((replica) => replica.shows);
  }

  stop(): void {
    for (const replica of this.#replicas) replica.stop();
  }

  /** Passes time in small steps, and checks after each. */
  private async pass(ms: number): Promise<void> {
    for (let left = ms; ; left -= LOOK_EVERY_MS) {
      await vi.advanceTimersByTimeAsync(Math.min(left, LOOK_EVERY_MS));
      this.check();
      if (left <= LOOK_EVERY_MS) return;
    }
  }

  private check(): void {
    expect(this.upstream.collisions).toBe(0);
    for (const [number, replica] of this.#replicas.entries()) {
      expect(replica.errors).toEqual([]);
      expect(replica.shows).toBeGreaterThanOrEqual(this.#shown[number] ?? 0);
      this.#shown[number] = replica.shows;
      const endedMs = this.upstream.endedMs[replica.shows];
      if (endedMs === undefined) continue;
      expect(replica.ageMs).toBeGreaterThanOrEqual(performance.now() - endedMs - ROUNDING_MS);
    }
    const entry = this.#store.newest(FEED_IN_STORE);
    if (entry === null) return;
    const stored = { version: entry.version, number: Number(entry.rows[0]?.task.nativeId) };
    expect(stored.version).toBeGreaterThanOrEqual(this.#stored.version);
    expect(stored.number).toBeGreaterThanOrEqual(this.#stored.number);
    this.#stored = stored;
  }

  private loseLease(): void {
    this.#shelf.slot(FEED_IN_STORE).lease = null;
    for (const read of this.upstream.open) read.leaseLost = true;
  }

  private restart(number: number): void {
    this.#replicas[number]?.stop();
    this.#replicas[number] = this.start(number);
    this.#shown[number] = 0;
  }

  private start(number: number): CollectionReplica {
    const clock: Clock = {
      ...SYSTEM_CLOCK,
      wallMs: () => Date.now() + (this.#skewMs[number] ?? 0),
    };
    return new CollectionReplica({ upstream: this.upstream, store: this.#store.replica(), clock });
  }
}

describe('random histories of replicas on one store', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it(
    'never show an older snapshot or a wrong age, never lose one to a failed read, and never read a feed twice at once',
    async () => {
      let histories = 0;
      let reads = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
          vi.setSystemTime(NOW);
          const group = new ReplicaGroup();
          try {
            for (const each of steps) await group.take(each);
          } finally {
            group.stop();
            await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
          }
          histories += 1;
          reads += group.upstream.reads;
        }),
        { numRuns: RUNS },
      );
      expect(histories).toBeGreaterThanOrEqual(RUNS);
      expect(reads).toBeGreaterThan(histories);
    },
    TIMEOUT_MS,
  );

  it(
    'end with the last read at every replica once the upstream works again',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
          vi.setSystemTime(NOW);
          const group = new ReplicaGroup();
          try {
            for (const each of steps) await group.take(each);
            await group.take({ kind: 'behave', behaviour: { tookMs: 10, outcome: 'read' } });
            // A read that hangs is aborted after the time of thirty calls.
            await vi.advanceTimersByTimeAsync(330_000);
            for (let replica = 0; replica < REPLICAS; replica += 1) {
              await group.take({ kind: 'ask', replica, noCache: false });
            }
            await group.take({ kind: 'pass', ms: 2_000 });
            expect(group.shown).toEqual(Array.from({ length: REPLICAS }, () => group.upstream.reads));
          } finally {
            group.stop();
            await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
          }
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});

import type { Moment } from './clock.js';
import type { DriftCounts, DriftExamples } from './drift.js';
import type { Diagnosis } from './diagnosis.js';
import type { FailureReason, Truncation } from './failure.js';
import type { ListedResource } from './listed-resource.js';
import type { SourceSet } from './scope.js';
import type { Snapshot } from './snapshot.js';

/** What a caller accepts as current. */
export interface Freshness {
  /** Accept nothing older; null: no such bound. */
  readonly maxAgeMs: number | null;
  /** Accept this much beyond `freshFor`; Infinity: any age; null: the usual rules. */
  readonly maxStaleMs: number | null;
  /** Renew whatever there is. */
  readonly noCache: boolean;
  /** Never ask an upstream. */
  readonly onlyIfCached: boolean;
  /** Wait no longer than this for upstreams; null: the server's own deadline. */
  readonly waitMs: number | null;
  /** Of other sources, `noCache` and a `maxAgeMs` below `freshFor` are taken as not asked for. Absent: none. */
  readonly mayForce?: SourceSet;
}

export const USUAL_FRESHNESS: Freshness = {
  maxAgeMs: null,
  maxStaleMs: null,
  noCache: false,
  onlyIfCached: false,
  waitMs: null,
};

/** Which sources a question is about, and which of their feeds by full name. Absent means all. */
export interface FeedScope {
  readonly provider?: readonly string[];
  readonly source?: readonly string[];
  readonly feed?: readonly string[];
  /** True: also about what upstreams list besides tasks. */
  readonly inventories?: true;
}

/** True when a source, or the source of a feed, is in the scope of a question. */
export function isSourceInScope(
  { provider, source }: Pick<FeedScope, 'provider' | 'source'>,
  of: { readonly provider: string; readonly source: string },
): boolean {
  return (provider?.includes(of.provider) ?? true) && (source?.includes(of.source) ?? true);
}

export type ProblemState = 'LOADING' | 'FAILED' | 'STALE' | 'TRUNCATED';

/** Why a feed's current state could not be had, or not whole. */
export interface FeedProblem {
  readonly feed: string;
  readonly state: ProblemState;
  readonly reason: FailureReason | null;
  readonly lastSuccessTimeMs: number | null;
}

/** What is known of one feed at the moment of answering. */
export interface FeedAnswer {
  readonly feed: string;
  readonly snapshot: Snapshot | null;
  /** What the snapshot's age counts from, by this process's clock; null where there is none. */
  readonly agesFrom: Moment | null;
  /** null when the snapshot is what the caller accepts, and whole. */
  readonly problem: FeedProblem | null;
  readonly freshForMs: number;
}

export interface CollectionAnswer {
  /** One entry for each feed in scope, sorted by name. */
  readonly feeds: readonly FeedAnswer[];
  /** What is wrong with inventories, for questions that are about them. It says nothing of tasks. */
  readonly inventoryProblems?: readonly FeedProblem[];
  /** Whether the question had to wait for an upstream: for a first snapshot, for a newer one, or not. */
  readonly waitedFor: 'miss' | 'stale' | null;
  /** True when every read waited for had been started by another question. */
  readonly collapsed: boolean;
}

export const CIRCUIT_STATES = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const;

/** Whether an upstream is asked: `OPEN` leaves it alone after failures, `HALF_OPEN` is while one read probes it. */
export interface CircuitStatus {
  readonly state: (typeof CIRCUIT_STATES)[number];
  /** Before that nobody asks; null while it is not open. */
  readonly nextProbeTimeMs: number | null;
}

export type FeedState = 'FRESH' | 'DISABLED' | ProblemState;

/** A feed as `/v1/sources` shows it. */
export interface FeedStatus {
  readonly feed: string;
  /** `DISABLED`: only ever refused as not enabled at the upstream; it is no part of any answer. */
  readonly state: FeedState;
  readonly reason: FailureReason | null;
  /** What was seen of the failure that the reason stands for; null where none failed, or it was not told. */
  readonly diagnosis: Diagnosis | null;
  /** True while the last read failed, whatever the state: a young snapshot is `FRESH` all the same. */
  readonly isFailing: boolean;
  readonly taskCount: number | null;
  /** What keeps the snapshot from being whole; null when nothing does, or there is none. */
  readonly truncation: Truncation | null;
  /** Of an inventory; absent for a feed of tasks. */
  readonly resourceCount?: number | null;
  readonly fetchTimeMs: number | null;
  /** How old the snapshot is; null where there is none. */
  readonly ageMs: number | null;
  readonly lastSuccessTimeMs: number | null;
  readonly lastErrorTimeMs: number | null;
  readonly coveredSince: string | null;
  readonly upstreamCalls: number;
  readonly circuit: CircuitStatus;
  readonly drift: DriftCounts;
  readonly driftExamples: DriftExamples;
}

export interface SourceStatus {
  readonly id: string;
  readonly provider: string;
  readonly region: string | null;
  readonly projectId: string | null;
  /** Of the source as a whole; each feed has its own besides. */
  readonly circuit: CircuitStatus;
  readonly feeds: readonly FeedStatus[];
}

/** The answer side's port: keeps the snapshots of feeds fresh and tells what it has, of all sources or of some. */
export abstract class FeedCollection {
  /** Names the set of sources it has: `all`, or `only` and their ids. */
  abstract readonly key: string;
  /** The ids of its sources that are in the scope of a question, in configured order. */
  abstract sourceIdsIn(scope: FeedScope): readonly string[];
  /** The longest that `ensure` waits for upstreams. */
  abstract readonly deadlineMs: number;
  /**
   * Brings the feeds in scope to the freshness asked for, within the deadline, and answers with what there
   * is then. Never throws for an upstream's sake.
   */
  abstract ensure(scope: FeedScope, freshness: Freshness): Promise<CollectionAnswer>;
  /**
   * The clusters and the members of inventories that the sources in scope list, backed up or not, by source; a list is the
   * same object until it changes. Asks no upstream: `ensure` keeps the lists current, and tells what is wrong with them.
   */
  abstract listResources(scope: FeedScope): ReadonlyMap<string, readonly ListedResource[]>;
  /** All snapshots that may be served, of all feeds. Asks no upstream. */
  abstract newest(): readonly Snapshot[];
  /** The state of its sources, in configured order. Asks no upstream. */
  abstract status(): readonly SourceStatus[];
}

import type { TaskType } from './task.js';

/**
 * Which resources a rule is about. Each field lists patterns, in which `*` stands for any characters and `?` for one; case
 * counts. A resource matches where each field that is given has a pattern that matches; a name that is null matches none.
 */
export interface ResourceMatch {
  readonly source?: readonly string[];
  readonly type?: readonly string[];
  readonly id?: readonly string[];
  readonly name?: readonly string[];
  /** The id or the name of the cluster. */
  readonly cluster?: readonly string[];
}

/** When runs are due. */
export type Rhythm =
  | { readonly kind: 'every'; readonly everyMs: number; readonly graceMs: number }
  | {
      readonly kind: 'schedule';
      /** Five fields. */
      readonly cron: string;
      /** An IANA name. */
      readonly timeZone: string;
      readonly graceMs: number;
    }
  /** A stream that runs always, and whose checkpoint is never further back than this. */
  | { readonly kind: 'continuous'; readonly lagBelowMs: number };

/** What is expected of the resources that match, and of no expectation before it. */
export interface Expectation {
  readonly name: string;
  readonly match: ResourceMatch;
  readonly rhythm: Rhythm;
  readonly taskTypes: readonly TaskType[];
  /** null: not judged. */
  readonly failuresInARow: number | null;
  /** null: not judged. */
  readonly maxDurationMs: number | null;
  readonly warningsCountAs: 'success' | 'failure';
  /** The oldest that what is known of a feed may be. */
  readonly maxBlindMs: number;
}

/** A resource that is expected though nobody may have seen it. Its name stands for its id where it has none. */
export interface ConfiguredResource {
  readonly source: string;
  readonly type: string;
  readonly id: string | null;
  readonly name: string | null;
}

/** Resources that need no backup. */
export interface Exclusion {
  readonly match: ResourceMatch;
  readonly reason: string;
  /** Exclusive; null: for good. */
  readonly untilMs: number | null;
}

/** A time in which no runs are expected: `fromMs` is in it, `toMs` is not. */
export interface Maintenance {
  readonly match: ResourceMatch;
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: string;
}

/** What the configuration says about what should run. */
export interface ProtectionConfig {
  /** The first that matches a resource counts. */
  readonly expectations: readonly Expectation[];
  readonly resources: readonly ConfiguredResource[];
  readonly exclusions: readonly Exclusion[];
  readonly maintenance: readonly Maintenance[];
}

/** The task types that count where no rule says others. */
export const USUAL_TASK_TYPES: readonly TaskType[] = ['LOG_BACKUP', 'CLUSTER_SNAPSHOT', 'BACKUP'];

/** Nothing is expected. */
export const NO_PROTECTION: ProtectionConfig = {
  expectations: [],
  resources: [],
  exclusions: [],
  maintenance: [],
};

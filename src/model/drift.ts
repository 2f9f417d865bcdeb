/** Signs that an upstream no longer speaks as its documentation says. */
export const DRIFT_KINDS = [
  /** a native status outside the mapping; the task is listed as UNKNOWN */
  'unknownStatus',
  /** a native type outside the mapping; the task is listed as OTHER */
  'unknownType',
  /** a native trigger outside the mapping; the field is null */
  'unknownTrigger',
  /** a row with fields that its documentation does not name; they are ignored */
  'unknownField',
  /** a time that could not be read; the field is null */
  'unreadableTime',
  /** a field of another JSON type or range than documented; the field is null */
  'wrongType',
  /**
   * a row that is no object, that nothing identifies, or that differs from another of the same identity; it is left
   * out. Equal ones are one: pages may repeat them.
   */
  'droppedRow',
] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];
export type DriftCounts = Readonly<Partial<Record<DriftKind, number>>>;

/** One sign of a kind, without anything that an upstream may have meant for nobody else. */
export interface DriftExample {
  /** Path of the field within the row, such as `status.phase`. */
  readonly field: string;
  /** What stands there: a word as it is, the form of a time, else a description. */
  readonly found: string;
}
/** One example of each kind that was counted. */
export type DriftExamples = Readonly<Partial<Record<DriftKind, DriftExample>>>;

/** Collects drift while one feed is read. */
export class DriftLog {
  readonly #counts: Partial<Record<DriftKind, number>> = {};
  readonly #examples: Partial<Record<DriftKind, DriftExample>> = {};

  /** Counts a sign. Only the first of a kind is asked for an example. */
  note(kind: DriftKind, example: () => DriftExample): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
    this.#examples[kind] ??= example();
  }

  get counts(): DriftCounts {
    return this.#counts;
  }

  get examples(): DriftExamples {
    return this.#examples;
  }
}

/** Signs that an upstream no longer speaks as its documentation says. */
export const DRIFT_KINDS = [
  /** a native status outside the mapping; the task is listed as UNKNOWN */
  'unknownStatus',
  /** a native type outside the mapping; the task is listed as OTHER */
  'unknownType',
  /** a time that could not be read; the field is null */
  'unreadableTime',
  /** a field of another JSON type than documented; the field is null */
  'wrongType',
  /** a row that is no object or that nothing identifies; it is left out */
  'droppedRow',
] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];
export type DriftCounts = Readonly<Partial<Record<DriftKind, number>>>;

/** Collects drift while one feed is read. */
export class DriftLog {
  readonly #counts: Partial<Record<DriftKind, number>> = {};

  note(kind: DriftKind): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
  }

  get counts(): DriftCounts {
    return this.#counts;
  }
}

const MINUTE_MS = 60_000;

/** When a feed is read by what is new. */
export interface IncrementPolicy {
  /** Feeds up to this size are read whole every time. */
  readonly aboveRows: number;
  /** How far before the newest known record records may still turn up. */
  readonly overlapMs: number;
  /** The longest between two whole reads where a total vouches for the rows between them. */
  readonly wholeAfterMs: number;
  /** The longest between two whole reads where removals cannot be noticed between them. */
  readonly wholeAfterWithoutTotalMs: number;
  /** The most records that are asked for by their ids in one read. */
  readonly mostShown: number;
  /** How long what the upstream did not honour (its filter, or the call for one record) is not tried again. */
  readonly pauseMs: number;
}

export const INCREMENT_POLICY: IncrementPolicy = {
  aboveRows: 1000,
  overlapMs: 10 * MINUTE_MS,
  wholeAfterMs: 15 * MINUTE_MS,
  wholeAfterWithoutTotalMs: 5 * MINUTE_MS,
  mostShown: 8,
  pauseMs: 60 * MINUTE_MS,
};

/**
 * Why a feed cannot be read by what is new, and is read whole:
 * - `unfiltered`: the upstream lists records that lie before the time asked for
 * - `notFoundById`: a record could not be had by its id
 * - `arrivals`: the upstream counts more records than are known; they may have come meanwhile
 * - `mismatch`: what was found is not all, or not what it must be
 */
export type FullSyncReason = 'unfiltered' | 'notFoundById' | 'arrivals' | 'mismatch';

/** Ends an incremental read. */
export class FullSyncNeeded extends Error {
  override readonly name = 'FullSyncNeeded';

  constructor(
    readonly kind: FullSyncReason,
    /** The record that could not be shown. */
    readonly recordId: string | null = null,
  ) {
    super(kind);
  }
}

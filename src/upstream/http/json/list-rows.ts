import { UpstreamError } from '../../upstream-error.js';

/** What an answer says about the rows of its page, beside the list. */
export interface ToldRows {
  /** Whether it says that there are none; null where it says nothing. */
  readonly isEmpty: boolean | null;
  /** Whether it is known by other signs for the upstream's own answer to a call for a list. */
  readonly isOwnEnvelope?: boolean;
}

/**
 * The rows of a page. Services leave an empty list out, or write null in its place: left out it is empty where the
 * answer itself says so, or can be no other; null is, unless the answer says otherwise. Throws `UpstreamError` MALFORMED
 * where there is no list.
 */
export function listRows(list: unknown, { isEmpty, isOwnEnvelope = false }: ToldRows): readonly unknown[] {
  if (Array.isArray(list)) return list;
  const isLeftOut = list === undefined && (isEmpty ?? isOwnEnvelope);
  const isNull = list === null && (isEmpty ?? true);
  if (isLeftOut || isNull) return [];
  throw new UpstreamError('MALFORMED');
}

/** Whether a page from a position (counted from 0) on is empty by a total; null where no total is told. */
export function isBehind(total: unknown, start: number): boolean | null {
  if (total === undefined || total === null) return null;
  return (typeof total === 'number' || typeof total === 'string') && total !== '' && Number(total) <= start;
}

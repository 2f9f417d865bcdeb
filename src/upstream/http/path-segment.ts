import { UpstreamError } from '../upstream-error.js';

/**
 * One segment of a request's path, percent-encoded. Throws `UpstreamError` NOT_FOUND for what no path can name: `.`
 * and `..` lead elsewhere, even when encoded, and half a surrogate pair has no bytes.
 */
export function pathSegment(text: string): string {
  if (text === '.' || text === '..' || !text.isWellFormed()) throw new UpstreamError('NOT_FOUND');
  return encodeURIComponent(text);
}

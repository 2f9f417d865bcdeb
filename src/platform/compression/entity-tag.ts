import { hash } from 'node:crypto';
import type { ContentCoding } from './content-coding.js';

/** The strong tag of a body as it is, without a coding. */
export function tagOf(body: string | Buffer): string {
  return `"${hash('sha1', body, 'base64url')}"`;
}

/** The strong tag of the same content in a coding: other bytes have another tag (RFC 9110, 8.8.3.3). */
export function codedTag(etag: string, coding: ContentCoding): string {
  return coding === 'identity' ? etag : `${etag.slice(0, -1)}-${coding}"`;
}

/** True when an `If-None-Match` value names the tag (weak comparison, RFC 9110, 13.1.2). */
export function matchesTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

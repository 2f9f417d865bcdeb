import type { FastifyRequest } from 'fastify';
import { USUAL_FRESHNESS, type Freshness } from '@/model/collection.js';

/** What a caller's `Cache-Control` and `Prefer` ask for. */
export interface RequestPreferences {
  readonly freshness: Freshness;
  /** Refuse a partial answer. */
  readonly strict: boolean;
  /** The preferences that were understood, as they come back in `Preference-Applied`. */
  readonly applied: string | null;
}

const USUAL: RequestPreferences = { freshness: USUAL_FRESHNESS, strict: false, applied: null };

export interface PreferenceHeaders {
  readonly cacheControl: string | undefined;
  readonly prefer: string | undefined;
}

/** What the headers of a request ask for. */
export function preferencesOf({ headers }: FastifyRequest, deadlineMs: number): RequestPreferences {
  const { prefer } = headers;
  return readPreferences(
    {
      cacheControl: headers['cache-control'],
      prefer: Array.isArray(prefer) ? prefer.join(',') : prefer,
    },
    deadlineMs,
  );
}

/**
 * Reads the request's `Cache-Control` (RFC 9111) and `Prefer` (RFC 7240). What is unknown or malformed is
 * ignored, as both standards demand. Nobody waits for longer than the deadline.
 */
export function readPreferences(
  { cacheControl, prefer }: PreferenceHeaders,
  deadlineMs: number,
): RequestPreferences {
  if (cacheControl === undefined && prefer === undefined) return USUAL;
  const directives = parseDirectives(cacheControl ?? '');
  const preferences = parseDirectives(prefer ?? '');
  const waitSeconds = wholeNumber(preferences.get('wait'));
  const longestSeconds = Math.floor(deadlineMs / 1000);
  const handling = preferences.get('handling');
  return {
    freshness: {
      maxAgeMs: inMs(wholeNumber(directives.get('max-age'))),
      maxStaleMs: maxStale(directives),
      noCache: directives.has('no-cache'),
      onlyIfCached: directives.has('only-if-cached'),
      waitMs: inMs(waitSeconds),
    },
    strict: handling === 'strict',
    applied: applied(waitSeconds === null ? null : Math.min(waitSeconds, longestSeconds), handling),
  };
}

function maxStale(directives: ReadonlyMap<string, string>): number | null {
  const value = directives.get('max-stale');
  return value === '' ? Infinity : inMs(wholeNumber(value));
}

function applied(waitSeconds: number | null, handling: string | undefined): string | null {
  const honoured: string[] = [];
  if (waitSeconds !== null) honoured.push(`wait=${waitSeconds}`);
  if (handling === 'strict' || handling === 'lenient') honoured.push(`handling=${handling}`);
  return honoured.length === 0 ? null : honoured.join(', ');
}

/** Names in lower case with their values, '' for none. The first of a name counts. */
function parseDirectives(header: string): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const part of header.split(',')) {
    const [directive = ''] = part.split(';');
    const equals = directive.indexOf('=');
    const name = (equals < 0 ? directive : directive.slice(0, equals)).trim().toLowerCase();
    const value = equals < 0 ? '' : directive.slice(equals + 1).trim();
    if (name !== '' && !directives.has(name)) directives.set(name, unquoted(value));
  }
  return directives;
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

function wholeNumber(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : null;
}

function inMs(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
}

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

interface PreferenceHeaders {
  readonly cacheControl: string | undefined;
  readonly prefer: string | undefined;
}

/** What the headers of a request ask for, where partial answers may be refused. */
export function preferencesOf(request: FastifyRequest, deadlineMs: number): RequestPreferences {
  return readPreferences(headersOf(request), deadlineMs);
}

/** What the headers of a request ask for, where no answer is refused for being partial: `handling=strict` is not honoured. */
export function lenientPreferencesOf(request: FastifyRequest, deadlineMs: number): RequestPreferences {
  return readPreferences(headersOf(request), deadlineMs, ['lenient']);
}

function headersOf({ headers }: FastifyRequest): PreferenceHeaders {
  const { prefer } = headers;
  return {
    cacheControl: headers['cache-control'],
    prefer: Array.isArray(prefer) ? prefer.join(',') : prefer,
  };
}

/**
 * Reads the request's `Cache-Control` (RFC 9111) and `Prefer` (RFC 7240). What is unknown or malformed is
 * ignored, as both standards demand. Nobody waits for longer than the deadline.
 */
function readPreferences(
  { cacheControl, prefer }: PreferenceHeaders,
  deadlineMs: number,
  handlings: readonly string[] = ['strict', 'lenient'],
): RequestPreferences {
  if (cacheControl === undefined && prefer === undefined) return USUAL;
  const directives = parseDirectives(cacheControl ?? '');
  const preferences = parseDirectives(prefer ?? '');
  const waitSeconds = wholeNumber(preferences.get('wait'));
  const longestSeconds = Math.floor(deadlineMs / 1000);
  const handling = handlings.find((each) => each === preferences.get('handling'));
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
  if (handling !== undefined) honoured.push(`handling=${handling}`);
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

import { retryAfterMs } from '../pure/backoff.js';
import { setClockBy, wallMs } from './now.js';
import { sessionKey } from './session-key.js';

/** Why a call brought no data. */
export class ApiError extends Error {
  constructor(
    /** The HTTP status; null where there was no answer. */
    readonly status: number | null,
    detail: string,
    /** How long the gateway asks to wait. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail);
  }

  /** True where the same call may succeed later. */
  get isTemporary(): boolean {
    return this.status === null || this.status === 429 || this.status >= 500;
  }
}

interface Known {
  readonly etag: string | null;
  readonly text: string;
  readonly data: unknown;
}

const MOST_KNOWN = 30;
const LONGEST_KNOWN = 1_000_000;
const PATIENCE_MS = 30_000;

/** Answers by path, the one used last at the end. What has not changed keeps its object: nothing is drawn anew. */
const known = new Map<string, Known>();
let keyOfKnown: string | null = null;

/** Asks the gateway for a path below the page. Throws an `ApiError`, and an `AbortError` once the signal is aborted. */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  forgetOtherCaller();
  const before = known.get(path) ?? null;
  const response = await send(path, before?.etag ?? null, signal);
  setClockBy(response.headers.get('date'));
  if (response.status === 304 && before !== null) return remember(path, before) as T;
  if (!response.ok) throw await problemOf(response);
  const text = await response.text();
  if (before?.text === text) return remember(path, before) as T;
  const answer = { etag: response.headers.get('etag'), text, data: JSON.parse(text) as unknown };
  return (text.length > LONGEST_KNOWN ? answer.data : remember(path, answer)) as T;
}

/** What one caller may see is not shown to another. */
function forgetOtherCaller(): void {
  if (keyOfKnown === sessionKey.peek()) return;
  known.clear();
  keyOfKnown = sessionKey.peek();
}

async function send(path: string, etag: string | null, signal: AbortSignal | undefined): Promise<Response> {
  const key = sessionKey.peek();
  const headers = new Headers({
    accept: 'application/json',
    // Keeps browsers from adding `max-age=0` to a call with If-None-Match, by which callers force reads of the upstreams.
    'cache-control': 'no-transform',
    ...(etag !== null && { 'if-none-match': etag }),
    // API keys and access tokens alike.
    ...(key !== null && { authorization: `Bearer ${key}` }),
  });
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await fetch(path, { headers, signal: signal ? AbortSignal.any([signal, patience]) : patience });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(null, 'The gateway does not answer. The page keeps asking.');
  }
}

function remember(path: string, answer: Known): unknown {
  known.delete(path);
  known.set(path, answer);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return answer.data;
}

async function problemOf(response: Response): Promise<ApiError> {
  const waitMs = retryAfterMs(response.headers.get('retry-after'), wallMs());
  const problem = (await response.json().catch(() => ({}))) as { readonly detail?: unknown };
  const detail =
    typeof problem.detail === 'string'
      ? problem.detail
      : `The gateway answered with HTTP ${response.status}.`;
  return new ApiError(response.status, detail, waitMs);
}

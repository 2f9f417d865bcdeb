import type { Answer } from '../../support/http.js';

/**
 * Differ between any two gateways, which have read at different times. `Cache-Status` and `Age` tell a caller that a source
 * was read for another one, but only of sources that the caller sees.
 */
const UNIQUE = [
  ...['age', 'cache-status', 'connection', 'content-length', 'date', 'keep-alive', 'retry-after'],
  ...['server-timing', 'transfer-encoding'],
];
/** Of a feed or a source: when and how often it was read, and in what way one that cannot be read failed last. */
const OF_A_READ = [
  ...['ageSeconds', 'circuit', 'cause', 'detail', 'failedCall', 'fetchTime', 'lastErrorTime'],
  ...['lastSuccessTime', 'message', 'reason', 'upstreamCalls'],
];
const TOKEN = /pageToken=([\w-]+)/;

/** What is the same in two answers to the same request, over the same sources, at the same time. */
export interface Comparable {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * An answer without what always differs. A page token is bound to the set of sources that its caller sees, so it stands
 * for its content. The tag of an answer counts where its bytes are the same in every gateway.
 */
export function comparable(answer: Answer): Comparable {
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !UNIQUE.includes(name)));
  // How long it stays fresh depends on when it was read.
  headers['cache-control'] = headers['cache-control']?.replace(/\d+/g, '*') ?? '';
  const token = TOKEN.exec(headers.link ?? '')?.[1];
  if (token !== undefined) headers.link = headers.link?.replace(token, contentOf(token)) ?? '';
  const body = bodyOf(answer);
  if (JSON.stringify(body) !== answer.text) headers.etag = headers.etag === undefined ? 'none' : 'its own';
  return { status: answer.status, headers, body };
}

export function tagOf({ headers }: Answer): string {
  return headers.get('etag') ?? 'none';
}

function bodyOf({ body, text }: Answer): unknown {
  if (body === undefined) return text;
  return JSON.parse(text, (name, value: unknown) => {
    if (name === 'nextPageToken' && value !== '') return contentOf(String(value));
    if (name === 'evidence') return { ...(value as object), to: '*' };
    return isOfAFeed(value) ? { ...value, ...MASK } : value;
  });
}

/** A feed, a source, a problem of a feed, or a part that is not well. */
function isOfAFeed(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && ['state', 'circuit', 'part'].some((name) => name in value)
  );
}

const MASK = Object.fromEntries(OF_A_READ.map((name) => [name, '*']));

// See page-token.ts.
const QUERY_BYTES = [1, 13] as const;
const SEAL_BYTES = 32;

/** All that a token says but which question it belongs to. */
function contentOf(token: string): string {
  const bytes = Buffer.from(token, 'base64url');
  const [begin, end] = QUERY_BYTES;
  return Buffer.concat([bytes.subarray(0, begin), bytes.subarray(end, -SEAL_BYTES)]).toString('hex');
}

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** One request as an upstream sees it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** The path's segments, percent-decoded. */
  readonly segments: readonly string[];
  readonly query: Query;
  readonly headers: IncomingHttpHeaders;
  /** Every value of a header that was sent more than once. */
  readonly headerValues: NodeJS.Dict<string[]>;
  readonly body: Buffer;
  /** The caller's address. */
  readonly client: string;
  readonly nowMs: number;
  readonly requestId: string;
}

export type Query = ReadonlyMap<string, readonly string[]>;

/** AK/SK calls may carry at most 12 MB (Huawei IAM, "AK/SK-based authentication"). */
const LARGEST_BODY_BYTES = 12 * 1024 * 1024;

/** Reads a request to its end. Rejects when the client goes away or sends more than 12 MB. */
export async function readCall(request: IncomingMessage, moment: Moment): Promise<Call> {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return {
    method: request.method ?? 'GET',
    path,
    segments: path.split('/').slice(1).map(decode),
    query: readQuery(mark < 0 ? '' : target.slice(mark + 1)),
    headers: request.headers,
    headerValues: request.headersDistinct,
    body: await readBody(request),
    client: request.socket.remoteAddress ?? '',
    ...moment,
  };
}

export interface Moment {
  readonly nowMs: number;
  readonly requestId: string;
}

/** The first value of a parameter; undefined when it was not sent. */
export function parameter(call: Call, name: string): string | undefined {
  return call.query.get(name)?.[0];
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY_BYTES) throw new RangeError('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A plus that is not escaped is read as a space, as Java's and Go's servers do. */
function readQuery(text: string): Query {
  const query = new Map<string, string[]>();
  for (const pair of text.split('&').filter((part) => part !== '')) {
    const [name = '', ...rest] = pair.split('=');
    const key = decode(name.replaceAll('+', ' '));
    const value = decode(rest.join('=').replaceAll('+', ' '));
    query.set(key, [...(query.get(key) ?? []), value]);
  }
  return query;
}

/** Text with a broken escape stays as it is: it then simply matches nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Percent-encodes everything but RFC 3986's unreserved characters, as both signature schemes demand. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

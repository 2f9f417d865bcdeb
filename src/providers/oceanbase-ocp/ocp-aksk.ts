import { createHash, createHmac } from 'node:crypto';
import type { SignableCall } from '@/upstream/credentials/authenticator.js';
import type { CallHeaders } from '@/upstream/http/http-exchange.js';

/** What an OCP signature covers. */
export interface OcpSignedRequest {
  readonly method: string;
  readonly body: string;
  /** The value of the Content-Type header; empty where none is sent. */
  readonly contentType: string;
  /** The value of the Date header. */
  readonly date: string;
  /** The value of the Host header, with its port. */
  readonly host: string;
  /** The `x-ocp-*` headers, several values of one joined by commas in the order in which they are sent. */
  readonly ocpHeaders: CallHeaders;
  /** The path as sent, with `?` and the query as sent where there is one. */
  readonly pathAndQuery: string;
}

/** An access key and its secret. */
interface Keys {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The headers that sign one call with an OCP access key, dated `nowMs`. OCP refuses a date 15 minutes off. */
export function signOcpCall(call: SignableCall, keys: Keys, nowMs: number): CallHeaders {
  const date = new Date(nowMs).toUTCString();
  const { host, path, query } = call.target;
  const authorization = ocpAuthorization(
    {
      method: call.method,
      body: '',
      contentType: call.headers['content-type'] ?? '',
      date,
      host,
      ocpHeaders: ocpHeadersOf(call.headers),
      pathAndQuery: query === '' ? path : `${path}?${query}`,
    },
    keys,
  );
  return { date, authorization };
}

/**
 * The `Authorization` header of OCP-ACCESS-KEY-HMACSHA1. OCP's page on signing says that the values of a
 * header are sorted, but the signature it publishes is that of values left in their order.
 */
export function ocpAuthorization(request: OcpSignedRequest, keys: Keys): string {
  const message = [
    request.method,
    request.body === '' ? '' : createHash('md5').update(request.body).digest('hex').toUpperCase(),
    request.contentType,
    request.date,
    request.host,
    headerLines(request.ocpHeaders),
    request.pathAndQuery,
  ].join('\n');
  const signature = createHmac('sha1', keys.secretKey).update(message).digest('base64');
  return `OCP-ACCESS-KEY-HMACSHA1 ${keys.accessKey}:${signature}`;
}

function headerLines(headers: CallHeaders): string {
  return Object.entries(headers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}`)
    .join('\n');
}

function ocpHeadersOf(headers: CallHeaders): CallHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-ocp-')));
}

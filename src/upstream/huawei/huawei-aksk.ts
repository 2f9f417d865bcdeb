import { createHash, createHmac } from 'node:crypto';
import type { CredentialsOf } from '@/model/source.js';
import { encodeRfc3986 } from '../call-target.js';
import type { CallHeaders } from '../http/http-exchange.js';
import type { SignableCall } from '../credentials/authenticator.js';
import type { AKSK } from './huawei-credentials.js';

const ALGORITHM = 'SDK-HMAC-SHA256';

/** What a signature covers: all of the given headers, among them `x-sdk-date`. */
export interface SignedRequest {
  readonly method: string;
  /** As sent: percent-encoded. */
  readonly path: string;
  /** As sent: encoded and sorted. */
  readonly query: string;
  readonly headers: CallHeaders;
  readonly body: string;
}

type AkskCredentials = CredentialsOf<typeof AKSK>;
type Keys = Pick<AkskCredentials, 'accessKey' | 'secretKey'>;

/** The headers that sign one call with AK and SK, dated `nowMs`. The gateway refuses a date 15 minutes old. */
export function signHuaweiCall(call: SignableCall, credentials: AkskCredentials, nowMs: number): CallHeaders {
  const { securityToken } = credentials;
  const projectId = call.headers['x-project-id'];
  const added = {
    'x-sdk-date': sdkDate(nowMs),
    ...(securityToken === null ? {} : { 'x-security-token': securityToken }),
  };
  const headers = {
    host: call.target.host,
    ...(projectId === undefined ? {} : { 'x-project-id': projectId }),
    ...added,
  };
  const { path, query } = call.target;
  const authorization = huaweiAuthorization(
    { method: call.method, path, query, headers, body: '' },
    credentials,
  );
  return { ...added, authorization };
}

/** The `Authorization` header of SDK-HMAC-SHA256, as Huawei's SDKs compute it. */
export function huaweiAuthorization(request: SignedRequest, keys: Keys): string {
  const date = request.headers['x-sdk-date'] ?? '';
  const text = [ALGORITHM, date, sha256(canonicalRequest(request))].join('\n');
  const signature = createHmac('sha256', keys.secretKey).update(text).digest('hex');
  return `${ALGORITHM} Access=${keys.accessKey}, SignedHeaders=${signedNames(request)}, Signature=${signature}`;
}

function canonicalRequest(request: SignedRequest): string {
  const headers = Object.entries(request.headers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .join('');
  return [
    request.method,
    canonicalPath(request.path),
    request.query,
    headers,
    signedNames(request),
    sha256(request.body),
  ].join('\n');
}

/** Every segment encoded once, with a closing slash that the real path does not have. */
function canonicalPath(path: string): string {
  const encoded = path
    .split('/')
    .map((segment) => encodeRfc3986(decode(segment)))
    .join('/');
  return encoded.endsWith('/') ? encoded : `${encoded}/`;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function signedNames(request: SignedRequest): string {
  return Object.keys(request.headers).sort().join(';');
}

function sdkDate(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

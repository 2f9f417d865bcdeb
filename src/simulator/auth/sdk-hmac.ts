import { createHash, createHmac } from 'node:crypto';
import { percentEncode, type Call, type Query } from '../http/call.js';

/** What an `Authorization: SDK-HMAC-SHA256 …` header claims. */
export interface SdkHmacClaim {
  readonly accessKey: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const CLAIM = /^SDK-HMAC-SHA256 Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;

/** Reads the header; null when it is of another scheme or form. */
export function readSdkHmacClaim(authorization: string): SdkHmacClaim | null {
  const [, accessKey, names, signature] = CLAIM.exec(authorization) ?? [];
  if (accessKey === undefined || names === undefined || signature === undefined) return null;
  return { accessKey, signedHeaders: names.split(';'), signature };
}

/**
 * The signature a call must carry, by Huawei's signing rules (API Request Signing Guide; the three official
 * SDKs agree with it). Which headers are signed is the client's choice.
 */
export function sdkHmacSignature(call: Call, signedHeaders: readonly string[], secretKey: string): string {
  const canonical = sha256(canonicalRequest(call, signedHeaders));
  const toSign = `SDK-HMAC-SHA256\n${headerText(call, 'x-sdk-date')}\n${canonical}`;
  return createHmac('sha256', secretKey).update(toSign).digest('hex');
}

const SDK_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Epoch milliseconds of `20240605T070809Z`; null when the text is none. */
export function readSdkDate(text: string): number | null {
  const parts = SDK_DATE.exec(text);
  if (parts === null) return null;
  const epochMs = Date.parse(text.replace(SDK_DATE, '$1-$2-$3T$4:$5:$6Z'));
  return Number.isNaN(epochMs) ? null : epochMs;
}

function canonicalRequest(call: Call, signedHeaders: readonly string[]): string {
  return [
    call.method,
    canonicalPath(call),
    canonicalQuery(call.query),
    ...signedHeaders.toSorted().map((name) => `${name}:${headerText(call, name).trim()}`),
    '',
    signedHeaders.join(';'),
    headerText(call, 'x-sdk-content-sha256') || sha256(call.body),
  ].join('\n');
}

/** The canonical path ends in a slash even where the real one does not. */
function canonicalPath(call: Call): string {
  const path = `/${call.segments.map(percentEncode).join('/')}`;
  return path.endsWith('/') ? path : `${path}/`;
}

function canonicalQuery(query: Query): string {
  return [...query]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) =>
      values.toSorted().map((value) => `${percentEncode(name)}=${percentEncode(value)}`),
    )
    .join('&');
}

function headerText(call: Call, name: string): string {
  const value = call.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

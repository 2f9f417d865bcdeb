import type { RefusalCause } from './refusal.js';

/** A request that was refused. It has no key, no token and no query. */
export interface RefusedRequest {
  /** The principal's name; `unknown` where there is no credential, or it is not valid. */
  readonly principal: string;
  /** Method and route, such as `GET /v1/tasks/:id`. */
  readonly what: string;
  readonly why: RefusalCause;
  readonly status: number;
  /** The client's address; `unknown` where a proxy has told something else. */
  readonly address: string;
}

/** Why the keys of an issuer cannot be read. */
export type IssuerFault =
  | 'TIMEOUT'
  | 'UNREACHABLE'
  | 'HTTP_STATUS'
  | 'TOO_LARGE'
  | 'NOT_JSON'
  | 'SHAPE'
  | 'ISSUER_MISMATCH'
  | 'UNSAFE_URL';

/** Where events are told that people who run the gateway want to know of. */
export interface AuditLog {
  refused(request: RefusedRequest): void;
  /** Told once for each read of its keys that fails. */
  issuerFailed(issuer: string, fault: IssuerFault): void;
}

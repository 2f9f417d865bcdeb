import type { LRUCache } from 'lru-cache';
import type { Clock } from '@/model/clock.js';
import type { SourceConfig } from '@/model/source.js';
import type { CallTarget } from '../call-target.js';
import type { CallHeaders, HttpExchange } from '../http/http-exchange.js';
import type { CredentialGate } from './credential-gate.js';
import type { Gates } from './credential-gates.js';
import type { TokenSession } from './token-session.js';

/** A call as far as a signature can cover it. */
export interface SignableCall {
  readonly method: 'GET';
  readonly target: CallTarget;
  /** Those that are sent besides the credential's own. */
  readonly headers: CallHeaders;
}

/** Proves to an upstream who is calling. */
export interface Authenticator {
  /** Shared by all that use the same credential. */
  readonly gate: CredentialGate;
  /** The credential's headers for one call, fresh each time. Throws UpstreamError when a log-in fails. */
  readonly headersFor: (call: SignableCall, signal: AbortSignal) => CallHeaders | Promise<CallHeaders>;
  /** Forgets what these headers were made of, for a refused call is worth repeating; absent where it is not. */
  readonly discard?: (headers: CallHeaders) => void;
}

/** What log-ins work with. */
export interface LogInDependencies {
  readonly gates: Gates;
  /** Sources with one log-in share its tokens; the key stands for all that the log-in depends on. */
  readonly sessions: LRUCache<string, TokenSession>;
  /** For calls that log in. */
  readonly exchange: HttpExchange;
  readonly clock: Clock;
}

/** Makes the authenticator of a source from its credentials, which the check of the configuration has passed. */
export type LogIn = (source: SourceConfig, dependencies: LogInDependencies) => Authenticator;

/** The log-ins of a provider, by the types of credentials that its settings name. */
export type LogIns = Readonly<Record<string, LogIn>>;

import type { CallTarget } from '../call-target.js';
import type { CallHeaders } from '../http/http-exchange.js';
import type { CredentialGate } from './credential-gate.js';

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

import type { FailureReason } from '@/model/failure.js';
import type { ReadContext } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { LogIns } from './credentials/authenticator.js';
import type { CallHeaders } from './http/http-exchange.js';

/** A GET below the source's endpoint. Path segments are percent-encoded by the caller. */
export interface UpstreamRequest {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
}

/** How one kind of upstream speaks, beyond plain HTTP and JSON. */
export interface UpstreamProtocol {
  /** How sources authenticate, by the type of their credentials. */
  readonly logIns: LogIns;
  /** Sent with every call of a source; names in lower case. */
  readonly headersOf: (source: SourceConfig) => CallHeaders;
  /** The field of an answer's outermost object that holds one record by itself; absent where none does. */
  readonly recordField?: string;
  /**
   * The reason an answer stands for; null when it is what was asked for. `body` is the parsed JSON, or
   * undefined when the body is not JSON. Asked for every answer: OCP may report a failure with HTTP 200.
   */
  readonly failureOf: (status: number, body: unknown) => FailureReason | null;
}

/** The only door to one source's upstream. */
export interface UpstreamClient {
  /**
   * Answers the parsed JSON body of a 2xx answer that the protocol calls no failure. Throws `UpstreamError`
   * whatever goes wrong, the abort of `context.signal` included (reason TIMEOUT).
   */
  getJson(request: UpstreamRequest, context: ReadContext): Promise<unknown>;
}

/** Opens clients; one a source. */
export abstract class UpstreamClients {
  abstract open(source: SourceConfig, protocol: UpstreamProtocol): UpstreamClient;
}

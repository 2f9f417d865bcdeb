import type { ServerResponse } from 'node:http';
import type { Reply } from '../http/reply.js';
import type { Refusal } from '../upstreams/refusal.js';

/** A call that is about to go wrong. A fault may send a reply or do to the response what it likes. */
export interface FaultyExchange {
  readonly options: FaultOptions;
  readonly response: ServerResponse;
  /** What would have been answered; log-in and churn happen when it is asked for. */
  readonly answer: () => Reply;
  /** An error in the upstream's own shape. */
  readonly refuse: (refusal: Refusal) => Reply;
  readonly send: (reply: Reply) => void;
}

export interface FaultOptions {
  /** Only calls for this feed: a cluster id, `operation-logs`, `clusters`, `tenants`, `tokens`. */
  readonly only?: string;
  /** Only so many calls; after them the upstream is well again. */
  readonly times?: number;
  /** Sent as Retry-After by `throttle`. */
  readonly retryAfterSeconds?: number;
}

export type FaultAction = (exchange: FaultyExchange) => void;

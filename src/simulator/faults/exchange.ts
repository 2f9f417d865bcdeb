import type { ServerResponse } from 'node:http';
import type { Random } from '../fleet/random.js';
import type { Call, Query } from '../http/call.js';
import type { Refusal, Reply } from '../http/reply.js';

/** A call that is about to go wrong. A fault may send a reply or do to the response what it likes. */
export interface FaultyExchange {
  readonly options: FaultOptions;
  readonly call: Call;
  readonly response: ServerResponse;
  /** Seeded, and the fault's own. */
  readonly random: Random;
  /** What would have been answered, to another query if one is given; log-in and churn happen when it is asked for. */
  readonly answer: (query?: Query) => Reply;
  /** An error in the upstream's own shape. */
  readonly refuse: (refusal: Refusal) => Reply;
  readonly send: (reply: Reply) => void;
  /** Sends status and headers only; without a content-length among them what is written next goes in chunks. */
  readonly begin: (head: Pick<Reply, 'status' | 'headers'>) => void;
}

/** Which calls a fault meets: all, unless bounds are given; of several bounds all must hold. */
export interface FaultBounds {
  /** Only calls for this feed: a cluster id, `operation-logs`, `vaults`, `clusters`, `tenants`, `tokens`. */
  readonly only?: string;
  /** Only the n-th of those calls, or each of several; the first is 1. They are counted since the fault was set. */
  readonly at?: number | readonly number[];
  /** Only every n-th of those calls: 3 is the third, the sixth, and so on. */
  readonly every?: number;
  /** Only this share of those calls, 0 to 1; which ones follows from the simulator's seed. */
  readonly rate?: number;
  /** Only so many calls; after them the upstream is well again. */
  readonly times?: number;
}

/** What a fault does in detail. Each option counts for the faults named only. */
export interface FaultOptions extends FaultBounds {
  /** Sent as Retry-After by `throttle` and `throttle-gateway` when given, by `unavailable` always (5). */
  readonly retryAfterSeconds?: number;
  /** How Retry-After is written: a number of seconds (default) or an HTTP date by the simulator's clock. */
  readonly retryAfterForm?: 'seconds' | 'date';
  /** `throttle`: sent as RateLimit-Reset, with nothing remaining, as OCP does. */
  readonly resetSeconds?: number;
  /** `latency`: waited before the answer (1000). */
  readonly latencyMs?: number;
  /** `latency`: waited on top, from nothing to this, seeded (0). */
  readonly jitterMs?: number;
  /** `drip`, `drip-headers`: between two steps (100). */
  readonly intervalMs?: number;
  /** `drip`: sent in one step (1). */
  readonly stepBytes?: number;
  /** `large-body`: bytes of the whole body (100 MiB). */
  readonly bodyBytes?: number;
  /** `redirect-302`, `redirect-307`: where to; a host of the canaries unless given. */
  readonly location?: string;
  /** `rows-…`: every n-th row of an answer is changed, from the first on (2); 1 changes all. */
  readonly rowStep?: number;
  /** `clock-ahead`, `clock-behind`: how far off the upstream's clock is (20). */
  readonly skewMinutes?: number;
}

export type FaultAction = (exchange: FaultyExchange) => void;

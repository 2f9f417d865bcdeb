import type { Refusal } from '../upstreams/refusal.js';
import type { FaultyExchange } from './exchange.js';

const refuseAs =
  (refusal: Refusal) =>
  (exchange: FaultyExchange): void => {
    exchange.send(exchange.refuse(refusal));
  };

function throttle(exchange: FaultyExchange): void {
  const reply = exchange.refuse('throttled');
  const seconds = exchange.options.retryAfterSeconds;
  if (seconds === undefined) exchange.send(reply);
  else exchange.send({ ...reply, headers: { ...reply.headers, 'Retry-After': String(seconds) } });
}

/** Errors that the upstream words properly. */
export const REFUSAL_FAULTS = {
  'error-500': refuseAs('internal'),
  throttle,
  unauthorized: refuseAs('unauthorized'),
  forbidden: refuseAs('forbidden'),
  'not-found': refuseAs('not-found'),
} as const;

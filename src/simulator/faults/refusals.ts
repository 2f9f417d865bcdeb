import type { Refusal } from '../http/reply.js';
import type { FaultyExchange } from './exchange.js';

const refuseAs =
  (refusal: Refusal) =>
  (exchange: FaultyExchange): void => {
    exchange.send(exchange.refuse(refusal));
  };

const throttleAs =
  (refusal: Refusal) =>
  (exchange: FaultyExchange): void => {
    const reply = exchange.refuse(refusal);
    const headers = { ...reply.headers, ...retryAfter(exchange), ...rateLimit(exchange) };
    exchange.send({ ...reply, headers });
  };

function unavailable(exchange: FaultyExchange): void {
  const reply = exchange.refuse('unavailable');
  exchange.send({ ...reply, headers: { ...reply.headers, ...retryAfter(exchange, 5) } });
}

/** Retry-After in the form asked for; nothing where neither a time nor a default is given. */
function retryAfter({ options, call }: FaultyExchange, absent?: number): Record<string, string> {
  const { retryAfterSeconds: seconds = absent, retryAfterForm } = options;
  if (seconds === undefined) return {};
  const date = new Date(call.nowMs + seconds * 1000).toUTCString();
  return { 'Retry-After': retryAfterForm === 'date' ? date : String(seconds) };
}

/** The headers of a window that is used up (OCP API reference, "API call description"). */
function rateLimit({ options: { resetSeconds } }: FaultyExchange): Record<string, string> {
  if (resetSeconds === undefined) return {};
  return {
    'RateLimit-Limit': '100',
    'RateLimit-Remaining': '0',
    'RateLimit-Reset': String(resetSeconds),
  };
}

/** Errors that the upstream words properly. */
export const REFUSAL_FAULTS = {
  'error-500': refuseAs('internal'),
  /** Too many calls, in the words of the service itself where it has some. */
  throttle: throttleAs('throttled'),
  /** Too many calls, in the words of the API gateway before Huawei's services. */
  'throttle-gateway': throttleAs('throttled-by-gateway'),
  /** The resource is held by another request, which CCE says with 429 too and the others with 409. */
  locked: refuseAs('locked'),
  unauthorized: refuseAs('unauthorized'),
  forbidden: refuseAs('forbidden'),
  'not-found': refuseAs('not-found'),
  conflict: refuseAs('conflict'),
  unavailable,
  'gateway-timeout': refuseAs('gateway-timeout'),
} as const;

import type { FaultKind } from '@/simulator/faults/fault.js';

/**
 * What a fault of every call of one upstream comes to: `well` changes nothing; `altered` gives rows that differ, or
 * says that not all could be had; `empty` is an upstream that has nothing; else the reason of the failure.
 */
export type Expectation =
  | 'well'
  | 'altered'
  | 'empty'
  | 'TIMEOUT'
  | 'UNREACHABLE'
  | 'UPSTREAM_ERROR'
  | 'THROTTLED'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'MALFORMED'
  | 'LIMIT';

const BY_OUTCOME: Readonly<Record<Expectation, readonly FaultKind[]>> = {
  well: [
    ...(['status-299', 'interim', 'json-as-text', 'json-as-html', 'gzip', 'unknown-encoding'] as const),
    ...(['proto-envelope', 'rows-duplicated', 'clock-ahead', 'clock-behind'] as const),
    ...(['totals-small', 'totals-large', 'totals-zero', 'totals-negative'] as const),
    ...(['totals-text', 'totals-missing'] as const),
  ],
  altered: [
    ...(['rows-missing-fields', 'rows-null-fields', 'rows-wrong-types', 'rows-unknown-statuses'] as const),
    ...(['rows-unknown-types', 'rows-unreadable-times', 'rows-extra-fields', 'rows-no-objects'] as const),
    ...(['rows-long-texts', 'rows-proto-keys', 'same-page'] as const),
  ],
  // Services written in Go say null where they have nothing.
  empty: ['list-null'],
  TIMEOUT: ['hang', 'latency', 'drip', 'drip-headers', 'stall'],
  UNREACHABLE: ['close', 'reset', 'refuse', 'cut-length', 'cut-chunked', 'cut-reset'],
  UPSTREAM_ERROR: [
    ...(['error-500', 'locked', 'conflict', 'unavailable', 'gateway-timeout', 'redirect-302'] as const),
    ...(['redirect-307', 'status-600', 'bad-gateway-html'] as const),
  ],
  THROTTLED: ['throttle', 'throttle-gateway'],
  UNAUTHORIZED: ['unauthorized'],
  FORBIDDEN: ['forbidden'],
  NOT_FOUND: ['not-found'],
  MALFORMED: [
    ...(['no-content', 'empty', 'garbage-status-line', 'large-headers', 'html', 'cut-json'] as const),
    ...(['xml-as-json', 'gzip-false', 'gzip-cut', 'wrong-shape', 'json-null', 'json-text'] as const),
    ...(['json-number', 'json-list', 'json-empty-object', 'list-missing', 'list-as-text'] as const),
    // Nested deeper than anything that is meant to be read.
    ...(['list-as-object', 'deep-envelope', 'rows-deep'] as const),
  ],
  LIMIT: ['gzip-bomb', 'large-body', 'endless-body'],
};

/** What each fault comes to. */
export const EXPECTATIONS: ReadonlyMap<FaultKind, Expectation> = new Map(
  Object.entries(BY_OUTCOME).flatMap(([outcome, kinds]) =>
    kinds.map((kind) => [kind, outcome as Expectation] as const),
  ),
);

/** Whether the fault may change what rows there are, or their ids, without a read failing. */
export function alters(kind: FaultKind): boolean {
  return ['altered', 'empty'].includes(EXPECTATIONS.get(kind) ?? '') || kind.startsWith('clock-');
}

/** Large bodies take as long as they may: they end by their size or by the time-out, whichever is first. */
export function reasonsOf(expectation: Expectation): readonly string[] {
  return expectation === 'LIMIT' ? ['LIMIT', 'TIMEOUT'] : [expectation];
}

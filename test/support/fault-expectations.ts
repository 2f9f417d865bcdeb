import type { FaultKind } from '@/simulator/faults/fault.js';
import type { UpstreamOfTasks } from './upstreams.js';

/**
 * What a fault of every call of one upstream comes to: `well` changes nothing; `altered` gives as many tasks, which may
 * differ, or says that not all could be had; `empty` is an upstream that says it has nothing; else the reason of the
 * failure.
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
  empty: [],
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
    ...([
      'json-number',
      'json-list',
      'json-empty-object',
      'list-missing',
      'list-as-text',
      'list-null',
    ] as const),
    // Nested deeper than anything that is meant to be read.
    ...(['list-as-object', 'deep-envelope', 'rows-deep'] as const),
  ],
  LIMIT: ['gzip-bomb', 'large-body', 'endless-body'],
};

/** What each fault comes to; but see `expectationOf`. */
const EXPECTATIONS: ReadonlyMap<FaultKind, Expectation> = new Map(
  Object.entries(BY_OUTCOME).flatMap(([outcome, kinds]) =>
    kinds.map((kind) => [kind, outcome as Expectation] as const),
  ),
);

/** What a fault of an upstream comes to. Services written in Go, as CCE, tell no total, and say null or leave out an empty list. */
export function expectationOf(kind: FaultKind, upstream: UpstreamOfTasks): Expectation {
  if (upstream === 'cce' && (kind === 'list-null' || kind === 'list-missing')) return 'empty';
  const expectation = EXPECTATIONS.get(kind);
  if (expectation === undefined) throw new Error(`nothing is expected of ${kind}`);
  return expectation;
}

/** Whether the fault may change ids of tasks without a read failing: OCP's are made of what identifies them. */
export function alters(kind: FaultKind, upstream: UpstreamOfTasks): boolean {
  return expectationOf(kind, upstream) === 'altered' || kind.startsWith('clock-');
}

/** Large bodies take as long as they may: they end by their size or by the time-out, whichever is first. */
export function reasonsOf(expectation: Expectation): readonly string[] {
  return expectation === 'LIMIT' ? ['LIMIT', 'TIMEOUT'] : [expectation];
}

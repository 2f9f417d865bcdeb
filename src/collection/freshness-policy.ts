import type { Freshness } from '@/model/collection.js';

/** What the freshness rules know of a cached value. */
export interface CachedState {
  readonly ageMs: number;
  readonly freshForMs: number;
  /** True if the value was read after the question arrived. */
  readonly refreshed: boolean;
  /** True if the last refresh failed. */
  readonly failing: boolean;
}

/** `stale-while-revalidate`: serve at once and refresh in the background; `refresh-first`: serve after a refresh. */
export type FreshnessDecision = 'serve' | 'stale-while-revalidate' | 'refresh-first';

/**
 * The freshness rules of the contract. A value younger than `freshFor` is served. Up to twice that age it is served
 * while it is refreshed, unless the last refresh failed. `max-stale` accepts more, `max-age` and `no-cache` less.
 */
export function decide(state: CachedState, freshness: Freshness): FreshnessDecision {
  if (state.refreshed) return 'serve';
  if (freshness.noCache || state.ageMs > (freshness.maxAgeMs ?? Infinity)) return 'refresh-first';
  if (state.ageMs < state.freshForMs) return 'serve';
  const isTolerated = freshness.maxStaleMs !== null && state.ageMs <= state.freshForMs + freshness.maxStaleMs;
  const isYoung = state.ageMs < 2 * state.freshForMs && !state.failing;
  return isTolerated || isYoung ? 'stale-while-revalidate' : 'refresh-first';
}

import type { Freshness } from '@/model/collection.js';

/** What is known of a kept value when it is judged. */
export interface Standing {
  readonly ageMs: number;
  readonly freshForMs: number;
  /** True when the value was had after the question came in. */
  readonly renewed: boolean;
  /** True when the last try to renew it failed. */
  readonly failing: boolean;
}

/** `serve`: as it is; `serve-and-renew`: at once, a renewal goes on behind; `renew`: only after a renewal. */
export type Verdict = 'serve' | 'serve-and-renew' | 'renew';

/**
 * The freshness rules of the contract. Younger than `freshFor` is served as it is; up to twice that age it
 * is served while being renewed, unless the last renewal failed; `max-stale` accepts more, `max-age` and
 * `no-cache` less.
 */
export function judge(standing: Standing, freshness: Freshness): Verdict {
  if (standing.renewed) return 'serve';
  if (freshness.noCache || standing.ageMs > (freshness.maxAgeMs ?? Infinity)) return 'renew';
  if (standing.ageMs < standing.freshForMs) return 'serve';
  const tolerated =
    freshness.maxStaleMs !== null && standing.ageMs <= standing.freshForMs + freshness.maxStaleMs;
  const young = standing.ageMs < 2 * standing.freshForMs && !standing.failing;
  return tolerated || young ? 'serve-and-renew' : 'renew';
}

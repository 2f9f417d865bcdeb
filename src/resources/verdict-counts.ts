import { VERDICTS, type Verdict } from './verdict.js';

/** How many resources have each verdict. */
export type VerdictCounts = Record<Verdict, number>;

export function noVerdicts(): VerdictCounts {
  return { OK: 0, VIOLATED: 0, UNKNOWN: 0, NOT_EXPECTED: 0 };
}

/** The counts under a key, which begin at zero. */
export function countsOf<Key>(counts: Map<Key, VerdictCounts>, key: Key): VerdictCounts {
  let known = counts.get(key);
  if (known === undefined) counts.set(key, (known = noVerdicts()));
  return known;
}

export function addTo(sum: VerdictCounts, counts: VerdictCounts): void {
  for (const verdict of VERDICTS) sum[verdict] += counts[verdict];
}

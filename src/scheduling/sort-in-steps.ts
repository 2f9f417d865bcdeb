import type { Steps } from './cooperative.js';

/** Negative where `a` comes first. */
export type Compare<T> = (a: T, b: T) => number;

/** Small enough to be sorted within a step. */
const ROWS_A_STEP = 1024;

/** The values sorted, in steps; equal ones keep their order. */
export function* sortInSteps<T>(values: readonly T[], compare: Compare<T>): Steps<readonly T[]> {
  const runs: (readonly T[])[] = [];
  for (let start = 0; start < values.length; start += ROWS_A_STEP) {
    runs.push(values.slice(start, start + ROWS_A_STEP).sort(compare));
    yield;
  }
  return yield* mergeRuns(runs, compare);
}

/** Sorted runs merged into one, in steps; of equal values those of the earlier run come first. */
export function* mergeRuns<T>(runs: readonly (readonly T[])[], compare: Compare<T>): Steps<readonly T[]> {
  let left = runs.filter(({ length }) => length > 0);
  while (left.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let index = 0; index < left.length; index += 2) {
      merged.push(yield* mergePair(left[index] ?? [], left[index + 1] ?? [], compare));
    }
    left = merged;
  }
  return left[0] ?? [];
}

/** Runs that do not overlap are only joined: most lists arrive in one order or its reverse. */
function* mergePair<T>(a: readonly T[], b: readonly T[], compare: Compare<T>): Steps<readonly T[]> {
  if (gap(a, b, compare) <= 0) return a.concat(b);
  if (gap(b, a, compare) < 0) return b.concat(a);
  return yield* interleave(a, b, compare);
}

/** How the last of `a` compares with the first of `b`. */
function gap<T>(a: readonly T[], b: readonly T[], compare: Compare<T>): number {
  const [last, first] = [a.at(-1), b[0]];
  return last === undefined || first === undefined ? -1 : compare(last, first);
}

function* interleave<T>(a: readonly T[], b: readonly T[], compare: Compare<T>): Steps<readonly T[]> {
  const merged: T[] = [];
  let [atA, atB] = [0, 0];
  while (atA < a.length && atB < b.length) {
    const [fromA, fromB] = [a[atA] as T, b[atB] as T];
    if (compare(fromA, fromB) <= 0) {
      merged.push(fromA);
      atA += 1;
    } else {
      merged.push(fromB);
      atB += 1;
    }
    if (merged.length % ROWS_A_STEP === 0) yield;
  }
  return merged.concat(a.slice(atA), b.slice(atB));
}

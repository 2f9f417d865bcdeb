import type { Steps } from '@/scheduling/cooperative.js';

/** After so many rounds the choice of pivots was bad: what is left is sorted instead. */
const MOST_ROUNDS = 100;

/**
 * Percentiles by nearest rank: for each percent (above 0, ascending) the smallest value that so many percent of all values
 * do not exceed. Brings the values, of which there is at least one, into another order.
 */
export function* nearestRanks(values: Float64Array, percents: readonly number[]): Steps<number[]> {
  const found: number[] = [];
  let low = 0;
  for (const percent of percents) {
    const rank = Math.ceil((percent * values.length) / 100) - 1;
    yield* select(values, low, rank);
    found.push(values[rank]!);
    low = rank;
  }
  return found;
}

/** Quickselect: of the values from `from` on, puts the one that belongs at `rank` there, and the smaller ones before it. */
function* select(values: Float64Array, from: number, rank: number): Steps<void> {
  let [low, high] = [from, values.length - 1];
  for (let round = 0; low < high; round += 1) {
    if (round === MOST_ROUNDS) {
      values.subarray(low, high + 1).sort();
      return;
    }
    const [before, after] = partition(values, low, high);
    if (rank <= before) high = before;
    else if (rank >= after) low = after;
    else return;
    yield;
  }
}

/** Answers up to where the values are at most the pivot, and from where on they are at least that. */
function partition(values: Float64Array, low: number, high: number): [number, number] {
  const pivot = middleOf(values[low]!, values[(low + high) >>> 1]!, values[high]!);
  let [up, down] = [low, high];
  while (up <= down) {
    while (values[up]! < pivot) up += 1;
    while (values[down]! > pivot) down -= 1;
    if (up > down) break;
    const value = values[up]!;
    values[up] = values[down]!;
    values[down] = value;
    up += 1;
    down -= 1;
  }
  return [down, up];
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

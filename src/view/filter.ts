import type { OrderField } from '@/model/order.js';
import type { TaskFilter } from '@/model/query.js';
import type { CodedField, CodedValue } from './columns.js';
import type { FeedIndex } from './feed-index.js';

/** One thing that a task must have: a value, or a time from one moment on (inclusive) to another (exclusive). */
export type Restriction =
  { readonly field: CodedField; readonly allows: (value: CodedValue) => boolean } | TimeRestriction;

interface TimeRestriction {
  readonly timeField: OrderField;
  readonly fromMs: number;
  readonly beforeMs: number;
}

/**
 * What a filter asks of a task besides its source and provider: a task passes when it meets all of it. A task that lacks
 * the field a restriction looks at does not pass; an empty list lets nothing pass.
 */
export function restrictionsOf(filter: TaskFilter): Restriction[] {
  return [
    oneOf('status', filter.status),
    oneOf('type', filter.type),
    equal('trigger', filter.trigger),
    equal('hasWarnings', filter.hasWarnings),
    equal('resourceId', filter.resourceId),
    equal('clusterId', filter.clusterId),
    containing('resourceName', filter.resourceName),
    between('createTime', filter.createdAfter, filter.createdBefore),
    between('endTime', filter.endedAfter, filter.endedBefore),
  ].filter((restriction) => restriction !== null);
}

/**
 * Those of the positions whose rows meet all restrictions, in the same order; null stands for all rows, as they are.
 * Columns that nobody asked for before are made first; the rest is done in one go, a few nanoseconds a row. The answer
 * must not be changed: it may be part of what others use.
 */
export async function matchingPositions(
  index: FeedIndex,
  positions: Uint32Array | null,
  restrictions: readonly Restriction[],
): Promise<Uint32Array> {
  const sieves: Sieve[] = [];
  let [left, count] = [positions, index.rows.length];
  for (const restriction of restrictions) {
    if (left === null && isOfCreation(restriction)) {
      left = createdWithin(await index.times('createTime'), restriction);
      count = left.length;
    } else {
      sieves.push(await sieveOf(index, restriction));
    }
  }
  left ??= allPositions(count);
  if (PASSING.length < count) PASSING = new Uint32Array(count);
  for (const sieve of sieves) {
    count = sieve({ from: left, count, to: PASSING });
    left = PASSING;
  }
  return left === PASSING ? left.slice(0, count) : left;
}

/** All positions of the largest feed so far, and room for those that pass: making them anew would take most of the time. */
let [ALL, PASSING] = [new Uint32Array(), new Uint32Array()];

function allPositions(rows: number): Uint32Array {
  if (ALL.length < rows) ALL = Uint32Array.from({ length: rows }, (_, position) => position);
  return ALL.subarray(0, rows);
}

function isOfCreation(restriction: Restriction): restriction is TimeRestriction {
  return 'timeField' in restriction && restriction.timeField === 'createTime';
}

/** In the usual order, newest first and those without a time last, the rows created within bounds follow one another. */
function createdWithin(times: Float64Array, { fromMs, beforeMs }: TimeRestriction): Uint32Array {
  const [low, high] = [countFrom(times, beforeMs), countFrom(times, fromMs)];
  return allPositions(times.length).subarray(Math.min(low, high), high);
}

/** How many of the times, which sink, are at that moment or later, by binary search. */
function countFrom(times: Float64Array, momentMs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (times[middle]! >= momentMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Copies those of the first `count` positions that pass, and answers how many they are. `to` may be `from`. */
type Sieve = (positions: { from: Uint32Array; count: number; to: Uint32Array }) => number;

async function sieveOf(index: FeedIndex, restriction: Restriction): Promise<Sieve> {
  if ('field' in restriction) {
    const { codes, values } = await index.codes(restriction.field);
    return codeSieve(
      codes,
      Uint8Array.from(values, (value) => Number(restriction.allows(value))),
    );
  }
  return timeSieve(await index.times(restriction.timeField), restriction);
}

function codeSieve(codes: Uint32Array | Uint8Array, allowed: Uint8Array): Sieve {
  return ({ from, count, to }) => {
    let passed = 0;
    for (let index = 0; index < count; index += 1) {
      const position = from[index]!;
      to[passed] = position;
      passed += allowed[codes[position]!]!;
    }
    return passed;
  };
}

/** A time that is not there is NaN, which no bound lets pass. */
function timeSieve(times: Float64Array, { fromMs, beforeMs }: TimeRestriction): Sieve {
  return ({ from, count, to }) => {
    let passed = 0;
    for (let index = 0; index < count; index += 1) {
      const position = from[index]!;
      const time = times[position]!;
      to[passed] = position;
      passed += time >= fromMs && time < beforeMs ? 1 : 0;
    }
    return passed;
  };
}

function oneOf(field: CodedField, wanted: readonly string[] | undefined): Restriction | null {
  if (wanted === undefined) return null;
  const values = new Set<CodedValue>(wanted);
  return { field, allows: (value) => values.has(value) };
}

function equal(field: CodedField, wanted: string | boolean | undefined): Restriction | null {
  return wanted === undefined ? null : { field, allows: (value) => value === wanted };
}

function containing(field: CodedField, part: string | undefined): Restriction | null {
  if (part === undefined) return null;
  const wanted = part.toLowerCase();
  return { field, allows: (value) => typeof value === 'string' && value.toLowerCase().includes(wanted) };
}

function between(
  timeField: OrderField,
  start: string | undefined,
  end: string | undefined,
): Restriction | null {
  if (start === undefined && end === undefined) return null;
  const fromMs = start === undefined ? -Infinity : Date.parse(start);
  return { timeField, fromMs, beforeMs: end === undefined ? Infinity : Date.parse(end) };
}

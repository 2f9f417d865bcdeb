import { setImmediate as nextImmediate } from 'node:timers/promises';

/** How long such work may hold the event loop in one of its turns, whoever does it. */
const SLICE_MS = 4;

let waiting: Promise<unknown> = Promise.resolve();
/** When the first of such work began in this turn of the event loop; null before. */
let turnBeganMs: number | null = null;

/** All who wait get the event loop one after the other, and what is due comes in between. */
function nextTurn(): Promise<unknown> {
  waiting = waiting.then(() => nextImmediate());
  return waiting;
}

function heldMs(): number {
  if (turnBeganMs === null) {
    turnBeganMs = performance.now();
    setImmediate(() => {
      turnBeganMs = null;
    });
  }
  return performance.now() - turnBeganMs;
}

/** True when work that goes on without a pause has held the event loop long enough. */
export function isTimeSliceUsed(): boolean {
  return heldMs() >= SLICE_MS;
}

/** Lets other work come in between when the time slice is used. To be called between steps that take less than a slice. */
export async function yieldToEventLoop(): Promise<void> {
  if (isTimeSliceUsed()) await nextTurn();
}

/** Does work that says where it may be interrupted. Its steps take less than a time slice. */
export async function runCooperatively<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await yieldToEventLoop();
  }
}

/** Work in steps, none of which takes more than about a millisecond; it answers when all are done. */
export type Steps<T> = Generator<undefined, T>;

const ROWS_A_STEP = 512;

/** Does something with each value, in steps. */
export function* visitInSteps<T>(values: Iterable<T>, visit: (value: T) => void): Steps<void> {
  let visited = 0;
  for (const value of values) {
    visit(value);
    visited += 1;
    if (visited % ROWS_A_STEP === 0) yield;
  }
}

/** The values by key, in steps: of several with one key the last, where the first of them stood. */
export function* indexInSteps<Key, Value>(
  values: Iterable<Value>,
  keyOf: (value: Value) => Key,
): Steps<Map<Key, Value>> {
  const index = new Map<Key, Value>();
  yield* visitInSteps(values, (value) => index.set(keyOf(value), value));
  return index;
}

/** A list of the values that pass, in steps. */
export function* filterInSteps<T>(values: Iterable<T>, passes: (value: T) => boolean): Steps<T[]> {
  const passing: T[] = [];
  yield* visitInSteps(values, (value) => {
    if (passes(value)) passing.push(value);
  });
  return passing;
}

/** What `make` gives for each value, joined, in steps. */
export function* flatMapInSteps<In, Out>(
  values: readonly In[],
  make: (value: In) => Out | readonly Out[],
): Steps<Out[]> {
  const made: Out[] = [];
  for (let start = 0; start < values.length; start += ROWS_A_STEP) {
    for (const one of values.slice(start, start + ROWS_A_STEP).flatMap(make)) made.push(one);
    yield;
  }
  return made;
}

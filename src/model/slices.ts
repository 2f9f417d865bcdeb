import { setImmediate } from 'node:timers/promises';

/** How long one piece of work may hold the event loop. */
const SLICE_MS = 4;

let turns: Promise<unknown> = Promise.resolve();

/** All who wait get the event loop one after the other, and what is due comes in between. */
function nextTurn(): Promise<unknown> {
  turns = turns.then(() => setImmediate());
  return turns;
}

/** Long work on the event loop, in slices of a few milliseconds. */
export class Slices {
  #sinceMs = performance.now();

  /** To be called between steps that take less than a slice. */
  async pause(): Promise<void> {
    if (performance.now() - this.#sinceMs < SLICE_MS) return;
    await nextTurn();
    this.#sinceMs = performance.now();
  }

  /** Does work that says where it may be interrupted. Its steps take less than a slice. */
  async run<T>(steps: Steps<T>): Promise<T> {
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
      await this.pause();
    }
  }
}

/** Work in steps, none of which takes more than about a millisecond; it answers when all are done. */
export type Steps<T> = Generator<undefined, T>;

const ROWS_A_STEP = 512;

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

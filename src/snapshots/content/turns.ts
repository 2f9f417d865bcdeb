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
}

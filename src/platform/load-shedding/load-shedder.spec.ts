import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { LoadShedder } from './load-shedder.js';
import type { ShedCause } from './shed-counter.js';

type Outcome = 'served' | ShedCause;

/** The clock: it advances while a request is answered, and where a test says so. */
let nowMs: number;
let shedder: LoadShedder;
/** How many requests have arrived; their names are 0, 1, 2 … */
let arrived: number;
/** What became of them, in the order in which it happened. */
let outcomes: [name: number, outcome: Outcome][];
beforeEach(() => {
  nowMs = 0;
  arrived = 0;
  outcomes = [];
  shedder = new LoadShedder({ monotonicMs: () => nowMs });
});

class FakeResponse extends EventEmitter {
  closed = false;

  close(): void {
    this.closed = true;
    this.emit('close');
  }
}

/** A request that is handed to the shedder; `serve` is called when it is started. */
function arriveOne(serve: (response: FakeResponse) => void): FakeResponse {
  const name = arrived++;
  // Those of one test, even where a request is served after it.
  const own = outcomes;
  const response = new FakeResponse();
  shedder.add({
    response: response as unknown as ServerResponse,
    serve: () => {
      own.push([name, 'served']);
      serve(response);
    },
    shed: (cause) => {
      own.push([name, cause]);
      response.close();
    },
  });
  return response;
}

/** Requests that arrive together, each of which takes so long to answer. */
function arrive(count: number, costMs: number): readonly FakeResponse[] {
  return Array.from({ length: count }, () =>
    arriveOne((response) => {
      nowMs += costMs;
      response.close();
    }),
  );
}

function count(outcome: Outcome): number {
  return outcomes.filter(([, each]) => each === outcome).length;
}

async function untilIdle(): Promise<void> {
  while (outcomes.length < arrived) await nextTurn();
}

/** In each turn, twice as much work arrives as was done in the turn before. */
async function overload(forMs: number): Promise<void> {
  let beforeMs = nowMs;
  for (const endMs = nowMs + forMs; nowMs < endMs;) {
    arrive(Math.max(1, Math.ceil(2 * (nowMs - beforeMs))), 1);
    beforeMs = nowMs;
    await nextTurn();
  }
}

describe('LoadShedder', () => {
  it('starts a request in the turn of the event loop in which it arrives', async () => {
    arrive(1, 1);
    expect(outcomes).toEqual([]);
    await nextTurn();
    expect(outcomes).toEqual([[0, 'served']]);
  });

  it('starts no more in a turn than fit into 2 ms, the oldest first', async () => {
    arrive(5, 1);
    await nextTurn();
    expect(outcomes.map(([name]) => name)).toEqual([0, 1]);
    await untilIdle();
    expect(outcomes.map(([name]) => name)).toEqual([0, 1, 2, 3, 4]);
  });

  it('takes into account what a request does in promise reactions', async () => {
    for (let each = 0; each < 2; each++) {
      arriveOne(
        () =>
          void Promise.resolve()
            .then(() => Promise.resolve())
            .then(() => (nowMs += 2)),
      );
    }
    await nextTurn();
    expect(outcomes).toEqual([[0, 'served']]);
  });

  it('starts the newest request first while more than 50 wait and the oldest for more than 20 ms', async () => {
    arrive(60, 2);
    nowMs += 21;
    arrive(1, 2);
    await untilIdle();
    const order = outcomes.map(([name]) => name);
    // Ten of the newest, until no more than 50 wait; then the oldest first.
    expect(order.slice(0, 12)).toEqual([60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 0]);
  });

  it('sheds nothing of a burst that is done within half a second', async () => {
    arrive(500, 1);
    await untilIdle();
    expect(count('served')).toBe(500);
  });

  it('sheds the oldest of a burst of more than 1,000 requests', async () => {
    arrive(1_010, 0.1);
    await untilIdle();
    const shed = outcomes.filter(([, outcome]) => outcome === 'queue').map(([name]) => name);
    expect(shed).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('sheds nothing because of a pause: all requests that wait after it are served', async () => {
    arrive(1, 2_000);
    arrive(50, 1);
    await untilIdle();
    expect(count('served')).toBe(51);
  });

  it('serves at full capacity under twice the load, and sheds the rest after 40 ms', async () => {
    await overload(1_000);
    outcomes = [];
    await overload(1_000);
    expect(count('served')).toBeGreaterThan(980);
    expect(count('queue')).toBeGreaterThan(900);
    expect(count('queue')).toBeLessThan(1_100);
  });

  it('sheds nothing while no more than 50 wait, however slow the process is', async () => {
    for (let second = 0; second < 20; second++) {
      nowMs += 1_000;
      arrive(50, 5);
      await nextTurn();
      await untilIdle();
    }
    expect(count('served')).toBe(1_000);
  });

  it('serves everything as soon as the load is within capacity again', async () => {
    await overload(1_000);
    nowMs += 1;
    const shed = count('queue');
    for (let turn = 0; turn < 1_000; turn++) {
      arrive(1, 1);
      await nextTurn();
    }
    // Nothing but the last requests of the overload.
    expect(count('queue') - shed).toBeLessThan(60);
    expect(outcomes.slice(-500).every(([, outcome]) => outcome === 'served')).toBe(true);
  });

  it('drops a request whose client has left', async () => {
    const [response] = arrive(2, 1);
    response?.close();
    await nextTurn();
    expect(outcomes).toEqual([[1, 'served']]);
  });

  it('sheds the 10,001st request in flight at once', () => {
    const waiting = Array.from({ length: 10_000 }, () => arriveOne(() => undefined));
    arrive(1, 1);
    expect(outcomes).toEqual([[10_000, 'in-flight']]);
    waiting[0]?.close();
    arrive(1, 1);
    expect(outcomes).toHaveLength(1);
  });

  it('serves or sheds each request exactly once, whatever their times and costs', async () => {
    const burst = fc.record({
      afterMs: fc.integer({ min: 0, max: 60 }),
      requests: fc.integer({ min: 1, max: 40 }),
      costMs: fc.integer({ min: 0, max: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { maxLength: 20 }), async (bursts) => {
        [outcomes, arrived] = [[], 0];
        for (const { afterMs, requests, costMs } of bursts) {
          nowMs += afterMs;
          arrive(requests, costMs);
          await nextTurn();
        }
        await untilIdle();
        expect(outcomes.map(([name]) => name).sort((a, b) => a - b)).toEqual(
          Array.from({ length: arrived }, (_, name) => name),
        );
      }),
    );
  });
});

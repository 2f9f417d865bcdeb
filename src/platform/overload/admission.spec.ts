import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Admission } from './admission.js';

/** The process's clock, and how long its event loop was idle, as the test sets them: it is not judged how fast a machine is. */
const process = { nowMs: 0, idleMs: 0 };
beforeEach(() => {
  jest.spyOn(performance, 'now').mockImplementation(() => process.nowMs);
  jest
    .spyOn(performance, 'eventLoopUtilization')
    .mockImplementation(() => ({ idle: process.idleMs, active: 0, utilization: 0 }));
});
afterEach(() => {
  jest.restoreAllMocks();
});

function hold(ms: number): void {
  process.nowMs += ms;
}

/** Time in which nothing is done, and in which the timers of so long fire. */
async function idle(ms: number): Promise<void> {
  process.nowMs += ms;
  process.idleMs += ms;
  await sleep(ms);
}

/** A turn of the event loop in which so many requests come, are answered, and take so long together. */
async function turn(
  admission: Admission,
  { requests, ms }: { requests: number; ms: number },
): Promise<number> {
  let refused = 0;
  for (let request = 0; request < requests; request++) {
    if (admission.judge() === null) {
      admission.enter();
      hold(ms / requests);
      admission.leave();
    } else refused += 1;
  }
  await nextTurn();
  return refused;
}

/** A line in which nobody waits. */
const NOBODY = { isOverrun: false, isLate: false };
const OVERLOAD = { requests: 1_000, ms: 100 };

async function overloaded(): Promise<Admission> {
  const admission = new Admission(NOBODY);
  while ((await turn(admission, OVERLOAD)) === 0);
  return admission;
}

describe('admission', () => {
  it('takes in a burst', async () => {
    const admission = new Admission(NOBODY);
    expect(await turn(admission, { requests: 1_000, ms: 150 })).toBe(0);
    await nextTurn();
    expect(await turn(admission, { requests: 1_000, ms: 150 })).toBe(0);
  });

  it('refuses a part of what comes in each turn while the queue stands', async () => {
    const admission = await overloaded();
    const refused = await turn(admission, OVERLOAD);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(OVERLOAD.requests);
  });

  it('refuses a part of what comes from when the line is overrun, and everything while it is late', async () => {
    const line = { ...NOBODY };
    const admission = new Admission(line);
    const usual = { requests: 100, ms: 10 };
    line.isLate = true;
    expect(await turn(admission, usual)).toBe(0);
    line.isOverrun = true;
    expect(await turn(admission, usual)).toBe(usual.requests);
    line.isLate = false;
    const refused = await turn(admission, usual);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(usual.requests);
  });

  it('takes in everything again once nothing had to be refused for a while', async () => {
    const admission = await overloaded();
    let refused: number;
    do {
      await idle(100);
      refused = await turn(admission, OVERLOAD);
    } while (refused > 0);
    expect(refused).toBe(0);
  });

  it('bounds the requests in flight, however quietly they wait', () => {
    const admission = new Admission(NOBODY);
    for (let request = 0; request < 10_000; request++) {
      expect(admission.judge()).toBeNull();
      admission.enter();
    }
    expect(admission.judge()).toBe('in-flight');
    admission.leave();
    expect(admission.judge()).toBeNull();
  });
});

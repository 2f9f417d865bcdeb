import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stallTolerantTimeout } from './stall-tolerant-timeout.js';

describe('a timeout in a process without stalls', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('fires when the time has passed', () => {
    const onEnd = vi.fn();
    stallTolerantTimeout(1_000, onEnd);
    vi.advanceTimersByTime(999);
    expect(onEnd).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    vi.advanceTimersToNextTimer();
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  it('does not fire once it is cancelled', () => {
    const onEnd = vi.fn();
    stallTolerantTimeout(1_000, onEnd)();
    vi.advanceTimersByTime(10_000);
    expect(onEnd).not.toHaveBeenCalled();
  });

  it('treats a time that is too long for a timer as the longest possible', () => {
    const onEnd = vi.fn();
    stallTolerantTimeout(Number.POSITIVE_INFINITY, onEnd);
    vi.advanceTimersByTime(1_000_000_000);
    expect(onEnd).not.toHaveBeenCalled();
  });
});

describe('a timeout in a process that was stalled', () => {
  /** Answers each message. */
  const ANSWERER = `
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', () => parentPort.postMessage('answer'));
  `;
  let answerer: Worker;
  beforeEach(async () => {
    answerer = new Worker(ANSWERER, { eval: true });
    await once(answerer, 'online');
  });
  afterEach(async () => {
    await answerer.terminate();
  });

  async function ask(): Promise<void> {
    const answer = once(answerer, 'message');
    answerer.postMessage('question');
    await answer;
  }

  function holdUp(ms: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }

  /** What comes first of an exchange and the end of a limit of 50 ms over which the process is held up. */
  async function firstAfter(heldUpMs: number, exchange: () => Promise<void>): Promise<string> {
    // From here on timers are the first that the event loop looks at.
    await nextTurn();
    let callOff = (): void => undefined;
    const end = new Promise<string>((resolve) => {
      callOff = stallTolerantTimeout(50, () => {
        resolve('end');
      });
    });
    const exchanged = exchange().then(() => 'exchange');
    holdUp(heldUpMs);
    const first = await Promise.race([exchanged, end]);
    callOff();
    return first;
  }

  it.each([60, 700])('leaves time to process what arrived meanwhile (%d ms)', async (heldUpMs) => {
    expect(await firstAfter(heldUpMs, ask)).toBe('exchange');
  });

  it('leaves time for the calls that were about to be made', async () => {
    const twice = async (): Promise<void> => {
      await ask();
      await ask();
    };
    expect(await firstAfter(700, twice)).toBe('exchange');
  });

  it('fires all the same where nothing arrives', async () => {
    expect(await firstAfter(700, () => new Promise(() => undefined))).toBe('end');
  });
});

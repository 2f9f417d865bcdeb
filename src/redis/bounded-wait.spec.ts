import { beforeEach, describe, expect, it } from '@jest/globals';
import { BoundedWait } from './bounded-wait.js';

describe('a wait for what others hold', () => {
  let nowMs: number;
  let wait: BoundedWait;

  beforeEach(() => {
    nowMs = 5_000;
    wait = new BoundedWait(1_000, 400, () => nowMs);
  });

  function askFor(ms: number): void {
    for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 50) wait.wait();
  }

  it('is given up after too long, for a while', () => {
    askFor(1_000);
    expect(wait.isGivenUp()).toBe(false);
    askFor(100);
    expect(wait.isGivenUp()).toBe(true);
    nowMs += 399;
    expect(wait.isGivenUp()).toBe(true);
    nowMs += 1;
    expect(wait.isGivenUp()).toBe(false);
    askFor(1_100);
    expect(wait.isGivenUp()).toBe(true);
  });

  it('begins anew when somebody was let in', () => {
    askFor(900);
    wait.end();
    askFor(900);
    expect(wait.isGivenUp()).toBe(false);
  });

  it('begins anew when nobody has asked for long', () => {
    askFor(900);
    nowMs += 5_000;
    expect(wait.isGivenUp()).toBe(false);
    askFor(900);
    expect(wait.isGivenUp()).toBe(false);
  });
});

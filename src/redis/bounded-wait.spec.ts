import { beforeEach, describe, expect, it } from 'vitest';
import { BoundedWait } from './bounded-wait.js';

describe('a wait for a place that others hold', () => {
  let nowMs: number;
  let wait: BoundedWait;

  beforeEach(() => {
    nowMs = 5_000;
    wait = new BoundedWait(1_000, 400, () => nowMs);
  });

  function askFor(ms: number): void {
    for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 50) wait.wait();
  }

  it('ends after too long, and no further wait begins for a while', () => {
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

  it('starts again when a waiter got a place', () => {
    askFor(900);
    wait.end();
    askFor(900);
    expect(wait.isGivenUp()).toBe(false);
  });

  it('starts again when nobody has asked for long', () => {
    askFor(900);
    nowMs += 5_000;
    expect(wait.isGivenUp()).toBe(false);
    askFor(900);
    expect(wait.isGivenUp()).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RetryBudget } from './retry-budget.js';

function takeAll(budget: RetryBudget): number {
  let taken = 0;
  while (budget.take()) taken += 1;
  return taken;
}

describe('RetryBudget', () => {
  it('allows ten retries at the start', () => {
    expect(takeAll(new RetryBudget())).toBe(10);
  });

  it('allows one retry for five first attempts', () => {
    const budget = new RetryBudget();
    takeAll(budget);
    for (let tries = 0; tries < 4; tries += 1) budget.noteFirstTry();
    expect(budget.take()).toBe(false);
    budget.noteFirstTry();
    expect(takeAll(budget)).toBe(1);
  });

  it('saves at most ten retries', () => {
    const budget = new RetryBudget();
    for (let tries = 0; tries < 1000; tries += 1) budget.noteFirstTry();
    expect(takeAll(budget)).toBe(10);
  });

  it('never allows more than ten and a fifth of the first attempts, in any period', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 400 }), fc.nat(399), (steps, from) => {
        const budget = new RetryBudget();
        let [tries, taken] = [0, 0];
        steps.forEach((isFirstTry, index) => {
          const counts = index >= from ? 1 : 0;
          if (isFirstTry) {
            budget.noteFirstTry();
            tries += counts;
          } else if (budget.take()) taken += counts;
        });
        expect(taken).toBeLessThanOrEqual(10 + tries / 5);
      }),
    );
  });
});

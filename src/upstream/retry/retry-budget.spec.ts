import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RetryBudget } from './retry-budget.js';

function takeAll(budget: RetryBudget): number {
  let taken = 0;
  while (budget.take()) taken += 1;
  return taken;
}

describe('RetryBudget', () => {
  it('has ten retries at the start', () => {
    expect(takeAll(new RetryBudget())).toBe(10);
  });

  it('gives one retry for five first tries', () => {
    const budget = new RetryBudget();
    takeAll(budget);
    for (let tries = 0; tries < 4; tries += 1) budget.noteFirstTry();
    expect(budget.take()).toBe(false);
    budget.noteFirstTry();
    expect(takeAll(budget)).toBe(1);
  });

  it('saves up ten retries at most', () => {
    const budget = new RetryBudget();
    for (let tries = 0; tries < 1000; tries += 1) budget.noteFirstTry();
    expect(takeAll(budget)).toBe(10);
  });

  it('never gives more than ten and a fifth of the first tries, in any stretch of time', () => {
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

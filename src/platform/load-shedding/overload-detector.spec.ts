import { describe, expect, it } from 'vitest';
import { OverloadDetector } from './overload-detector.js';

const SCENARIOS: Record<
  string,
  readonly (readonly [nowMs: number, waitMs: number, isOverloaded: boolean])[]
> = {
  'once the wait has been above 20 ms for half a second': [
    [0, 21, false],
    [250, 30, false],
    [499, 21, false],
    [500, 21, true],
    [900, 90, true],
  ],
  'not while the wait is 20 ms, however long that lasts': [
    [0, 20, false],
    [400, 20, false],
    [800, 20, false],
    [60_000, 20, false],
  ],
  'from the beginning again where the wait was short in between': [
    [0, 50, false],
    [400, 50, false],
    [401, 20, false],
    [402, 50, false],
    [801, 50, false],
    [902, 50, true],
  ],
  'until the wait has not been above 20 ms for half a second': [
    [0, 50, false],
    [400, 50, false],
    [500, 50, true],
    [600, 0, true],
    [700, 50, true],
    [1_199, 20, true],
    [1_200, 20, false],
    [1_201, 50, false],
  ],
  'not for one long turn of the event loop, nor after a time without requests': [
    [0, 0, false],
    [100, 21, false],
    [900, 800, false],
    [901, 0, false],
    [90_000, 50, false],
  ],
};

describe('OverloadDetector', () => {
  it.each(Object.entries(SCENARIOS))('sees overload %s', (_when, scenario) => {
    const detector = new OverloadDetector();
    const seen = scenario.map(([nowMs, waitMs]) => [nowMs, waitMs, detector.isOverloaded(nowMs, waitMs)]);
    expect(seen).toEqual(scenario);
  });
});

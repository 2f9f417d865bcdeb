import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { endOf, type Span, spanAt, startOf, unionOf } from './maintenance.js';

const SPANS = fc.array(
  fc
    .record({ fromMs: fc.integer({ min: 0, max: 60 }), lengthMs: fc.integer({ min: 0, max: 20 }) })
    .map(({ fromMs, lengthMs }) => ({ fromMs, toMs: fromMs + lengthMs })),
  { maxLength: 6 },
);
const TIME = fc.integer({ min: -10, max: 100 });
const DURATION = fc.integer({ min: 1, max: 50 });

function isIn(spans: readonly Span[], timeMs: number): boolean {
  return spans.some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs < toMs);
}

/** Milliseconds from one moment to another that no span has. */
function outside(spans: readonly Span[], fromMs: number, toMs: number): number {
  let count = 0;
  for (let timeMs = fromMs; timeMs < toMs; timeMs++) if (!isIn(spans, timeMs)) count++;
  return count;
}

describe('maintenance', () => {
  it('joins what overlaps, touches, or lies within, and drops what is empty', () => {
    const spans = [
      { fromMs: 50, toMs: 60 },
      { fromMs: 0, toMs: 10 },
      { fromMs: 5, toMs: 8 },
      { fromMs: 10, toMs: 20 },
      { fromMs: 30, toMs: 30 },
      { fromMs: 55, toMs: 70 },
    ];
    expect(unionOf(spans)).toEqual([
      { fromMs: 0, toMs: 20 },
      { fromMs: 50, toMs: 70 },
    ]);
  });

  it('has the same moments after joining', () => {
    fc.assert(
      fc.property(SPANS, TIME, (spans, timeMs) => {
        const union = unionOf(spans);
        expect(spanAt(union, timeMs) !== undefined).toBe(isIn(spans, timeMs));
        union.forEach(({ fromMs }, index) => {
          if (index > 0) expect(fromMs).toBeGreaterThan(union[index - 1]?.toMs ?? NaN);
        });
      }),
    );
  });

  it.each([
    ['counts all time where there is none', [], 100, 90],
    ['does not count its time', [{ fromMs: 92, toMs: 97 }], 100, 85],
    ['does not count what has passed of it', [{ fromMs: 95, toMs: 200 }], 100, 85],
    ['ignores it where it is to come', [{ fromMs: 100, toMs: 200 }], 100, 90],
    ['ignores it where it ended at the start', [{ fromMs: 50, toMs: 90 }], 100, 90],
    [
      'is prolonged by what is in the prolonged part',
      [
        { fromMs: 92, toMs: 97 },
        { fromMs: 86, toMs: 89 },
      ],
      100,
      82,
    ],
    [
      'counts overlaps once',
      [
        { fromMs: 92, toMs: 97 },
        { fromMs: 94, toMs: 98 },
      ],
      100,
      84,
    ],
  ])('%s: the start', (_title, spans, ...[timeMs, expected]) => {
    expect(startOf(10, timeMs, unionOf(spans))).toBe(expected);
  });

  it('begins a duration at the latest moment since which it has passed', () => {
    fc.assert(
      fc.property(SPANS, TIME, DURATION, (spans, timeMs, durationMs) => {
        let startMs = timeMs;
        while (outside(spans, startMs, timeMs) < durationMs) startMs--;
        expect(startOf(durationMs, timeMs, unionOf(spans))).toBe(startMs);
      }),
      { numRuns: 1000 },
    );
  });

  it('ends a duration at the first moment by which it has passed', () => {
    fc.assert(
      fc.property(SPANS, TIME, DURATION, (spans, timeMs, durationMs) => {
        let endMs = timeMs;
        while (outside(spans, timeMs, endMs) < durationMs) endMs++;
        expect(endOf(durationMs, timeMs, unionOf(spans))).toBe(endMs);
      }),
      { numRuns: 1000 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Expectation, Maintenance, Rhythm } from '@/model/expectation.js';
import { situationOf } from '../../test/support/situations.js';
import { type Due, dueOf, expectedBy } from './due.js';

const HOUR_MS = 3_600_000;

const DAILY: Rhythm = { kind: 'every', everyMs: 24 * HOUR_MS, graceMs: 2 * HOUR_MS };
const AT_TWO: Rhythm = { kind: 'schedule', cron: '0 2 * * *', timeZone: 'UTC', graceMs: HOUR_MS };

function ruleOf(rhythm: Rhythm): Expectation {
  const { rule } = situationOf({ rule: { rhythm } }).due;
  if (rule === null) throw new Error('there is a rule');
  return rule;
}

/** Each window is two times, from and to. */
function windowsOf(windows: readonly string[]): Maintenance[] {
  return windows.map((window) => {
    const [from = '', to = ''] = window.split(' ');
    return { match: {}, fromMs: at(from), toMs: at(to), reason: 'freeze' };
  });
}

/** A time of November 2026: `29T12`. */
function at(text: string): number {
  return Date.parse(`2026-11-${text}:00:00.000Z`);
}

function dueAt(rhythm: Rhythm, time: string, ...windows: readonly string[]): Due {
  return dueOf(ruleOf(rhythm), windowsOf(windows), at(time));
}

describe('the run that is due under every', () => {
  it.each<[string, string, string[]]>([
    ['ended after T − D − G', '28T10', []],
    ['ended as much earlier as maintenance lasted', '27T22', ['29T00 29T12']],
    ['counts overlapping maintenance once', '28T04', ['29T00 29T04', '29T02 29T06']],
    ['is prolonged by maintenance in the prolonged part', '27T22', ['29T00 29T06', '28T04 28T10']],
    ['counts what has passed of maintenance that lasts on', '28T09', ['29T11 29T20']],
    ['ignores maintenance to come', '28T10', ['29T12 29T20']],
    ['ignores maintenance before the interval', '28T10', ['27T00 28T10']],
  ])('%s', (_title, start, windows) => {
    expect(dueAt(DAILY, '29T12', ...windows).sinceMs).toBe(at(start) + 1);
  });
});

describe('the run that is due under a schedule', () => {
  it.each<[string, string, string[], string]>([
    ['is the latest scheduled time', '29T12', [], '29T02'],
    ['is the latest from the moment on at which its grace ends', '29T03', [], '29T02'],
    ['is the one before while its grace lasts', '29T02', [], '28T02'],
    ['is the one before where maintenance covers the latest', '29T12', ['29T01 29T03'], '28T02'],
    ['is the latest where maintenance ends at its time', '29T12', ['29T00 29T02'], '29T02'],
    ['is the one before where maintenance begins at its time', '29T12', ['29T02 29T03'], '28T02'],
    ['is as far back as maintenance covers all since', '29T12', ['25T12 28T00', '27T12 29T04'], '25T02'],
    ['is the latest though maintenance covers its grace', '29T12', ['29T03 29T05'], '29T02'],
  ])('%s', (_title, ...[time, windows, since]) => {
    expect(dueAt(AT_TWO, time, ...windows).sinceMs).toBe(at(since));
  });

  it('is none where maintenance covers all scheduled times', () => {
    const window = { match: {}, fromMs: Date.UTC(1970, 0), toMs: at('30T00'), reason: 'freeze' };
    expect(dueOf(ruleOf(AT_TWO), [window], at('29T12')).sinceMs).toBeNull();
  });
});

describe('what is due', () => {
  it('is nothing without a rule, and no run for a stream', () => {
    expect(dueOf(null, [], at('29T12')).sinceMs).toBeNull();
    expect(dueAt({ kind: 'continuous', lagBelowMs: 1 }, '29T12').sinceMs).toBeNull();
  });

  it.each([
    ['29T11', false],
    ['29T12', true],
    ['29T13', true],
    ['29T14', false],
  ])('at %s says whether maintenance holds: %p', (time, expected) => {
    expect(dueAt(DAILY, time, '29T12 29T14').isMaintenance).toBe(expected);
  });
});

describe('when the next success is expected', () => {
  it.each<[string, Rhythm, string, string[], string]>([
    ['every: the last success + D + G', DAILY, '28T10', [], '29T12'],
    ['every: as much later as maintenance lasts', DAILY, '28T10', ['28T12 28T15', '28T14 28T20'], '29T20'],
    ['every: not later for maintenance that begins at the end', DAILY, '28T10', ['29T12 29T20'], '29T12'],
    [
      'every: counts from the end of maintenance that the success is in',
      DAILY,
      '28T10',
      ['28T00 28T20'],
      '29T22',
    ],
    ['schedule: the first time after it + G', AT_TWO, '28T10', [], '29T03'],
    ['schedule: the one after where the success ended at a scheduled time', AT_TWO, '28T02', [], '29T03'],
    ['schedule: not a time that maintenance covers', AT_TWO, '28T10', ['29T00 30T02'], '30T03'],
  ])('%s', (_title, rhythm, ...[success, windows, expected]) => {
    expect(expectedBy(dueAt(rhythm, '28T10', ...windows), at(success))).toBe(at(expected));
  });

  it('is the end of the run that is due where a schedule has no success yet', () => {
    expect(expectedBy(dueAt(AT_TWO, '29T12'), null)).toBe(at('29T03'));
  });

  it('is null under every without a success, for streams, and without a rule', () => {
    expect(expectedBy(dueAt(DAILY, '29T12'), null)).toBeNull();
    expect(expectedBy(dueAt({ kind: 'continuous', lagBelowMs: 1 }, '29T12'), at('29T11'))).toBeNull();
    expect(expectedBy(dueOf(null, [], at('29T12')), at('29T11'))).toBeNull();
  });

  it('is null beyond the year 9999', () => {
    const window = { match: {}, fromMs: at('28T00'), toMs: Date.UTC(9999, 11, 31, 23), reason: 'for good' };
    for (const rhythm of [DAILY, AT_TWO]) {
      expect(expectedBy(dueOf(ruleOf(rhythm), [window], at('29T12')), at('28T10'))).toBeNull();
    }
  });
});

describe('the due run and the expected time', () => {
  const hour = fc.integer({ min: 1, max: 15 * 24 }).map((hours) => at('05T00') + hours * HOUR_MS);
  const windows = fc.array(
    fc
      .record({ fromMs: hour, hours: fc.integer({ min: 1, max: 60 }) })
      .map(({ fromMs, hours }) => ({ match: {}, fromMs, toMs: fromMs + hours * HOUR_MS, reason: '' })),
    { maxLength: 4 },
  );
  const wobble = fc.integer({ min: -1, max: 1 });

  it.each([DAILY, AT_TWO, { ...AT_TWO, cron: '0 */5 * * *' }])(
    'agree: a success is too old exactly from the time on by which the next was expected, under %j',
    (rhythm) => {
      fc.assert(
        fc.property(windows, fc.tuple(hour, hour, wobble), (maintenance, [one, other, ms]) => {
          const [successMs, timeMs] = [Math.min(one, other), Math.max(one, other) + ms];
          fc.pre(successMs <= timeMs);
          const due = dueOf(ruleOf(rhythm), maintenance, timeMs);
          const isTooOld = due.sinceMs !== null && successMs < due.sinceMs;
          expect(isTooOld).toBe(timeMs >= (expectedBy(due, successMs) ?? Infinity));
        }),
        { numRuns: 500 },
      );
    },
  );
});

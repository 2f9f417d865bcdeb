import { describe, expect, it } from '@jest/globals';
import { USUAL_FRESHNESS, type Freshness } from '@/model/collection.js';
import { judge, type Standing, type Verdict } from './acceptance.js';

const FRESH_FOR = 15_000;

interface Case {
  readonly when: string;
  readonly standing: Partial<Standing>;
  readonly freshness?: Partial<Freshness>;
  readonly verdict: Verdict;
}

const CASES: readonly Case[] = [
  { when: 'it is younger than freshFor', standing: { ageMs: 14_999 }, verdict: 'serve' },
  { when: 'it is as old as freshFor', standing: { ageMs: 15_000 }, verdict: 'serve-and-renew' },
  { when: 'it is just under twice freshFor', standing: { ageMs: 29_999 }, verdict: 'serve-and-renew' },
  { when: 'it is twice freshFor', standing: { ageMs: 30_000 }, verdict: 'renew' },
  { when: 'it is past freshFor and failing', standing: { ageMs: 16_000, failing: true }, verdict: 'renew' },
  { when: 'it is fresh, whatever failed since', standing: { ageMs: 1, failing: true }, verdict: 'serve' },
  { when: 'no-cache', standing: { ageMs: 0 }, freshness: { noCache: true }, verdict: 'renew' },
  {
    when: 'no-cache, but it was read for this question',
    standing: { ageMs: 5, renewed: true },
    freshness: { noCache: true },
    verdict: 'serve',
  },
  { when: 'max-age is passed', standing: { ageMs: 5_001 }, freshness: { maxAgeMs: 5_000 }, verdict: 'renew' },
  {
    when: 'max-age is not passed',
    standing: { ageMs: 5_000 },
    freshness: { maxAgeMs: 5_000 },
    verdict: 'serve',
  },
  {
    when: 'max-age allows more than freshFor does',
    standing: { ageMs: 40_000 },
    freshness: { maxAgeMs: 60_000 },
    verdict: 'renew',
  },
  {
    when: 'max-stale accepts any age',
    standing: { ageMs: 3_600_000, failing: true },
    freshness: { maxStaleMs: Infinity },
    verdict: 'serve-and-renew',
  },
  {
    when: 'max-stale is passed',
    standing: { ageMs: 30_001, failing: true },
    freshness: { maxStaleMs: 15_000 },
    verdict: 'renew',
  },
  {
    when: 'max-age and max-stale disagree, the stricter counts',
    standing: { ageMs: 20_000 },
    freshness: { maxAgeMs: 10_000, maxStaleMs: Infinity },
    verdict: 'renew',
  },
];

describe('judge', () => {
  it.each(CASES)('says $verdict when $when', ({ standing, freshness, verdict }) => {
    const full = { ageMs: 0, freshForMs: FRESH_FOR, renewed: false, failing: false, ...standing };
    expect(judge(full, { ...USUAL_FRESHNESS, ...freshness })).toBe(verdict);
  });
});

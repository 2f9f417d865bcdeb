import { describe, expect, it } from 'vitest';
import { USUAL_FRESHNESS, type Freshness } from '@/model/collection.js';
import { decide, type CachedState, type FreshnessDecision } from './freshness-policy.js';

const FRESH_FOR = 15_000;

interface Case {
  readonly when: string;
  readonly state: Partial<CachedState>;
  readonly freshness?: Partial<Freshness>;
  readonly decision: FreshnessDecision;
}

const CASES: readonly Case[] = [
  { when: 'it is younger than freshFor', state: { ageMs: 14_999 }, decision: 'serve' },
  { when: 'it is as old as freshFor', state: { ageMs: 15_000 }, decision: 'stale-while-revalidate' },
  { when: 'it is just under twice freshFor', state: { ageMs: 29_999 }, decision: 'stale-while-revalidate' },
  { when: 'it is twice freshFor', state: { ageMs: 30_000 }, decision: 'refresh-first' },
  {
    when: 'it is past freshFor and failing',
    state: { ageMs: 16_000, failing: true },
    decision: 'refresh-first',
  },
  { when: 'it is fresh, whatever failed since', state: { ageMs: 1, failing: true }, decision: 'serve' },
  {
    when: 'no-cache is asked for',
    state: { ageMs: 0 },
    freshness: { noCache: true },
    decision: 'refresh-first',
  },
  {
    when: 'no-cache is asked for, but it was read for this question',
    state: { ageMs: 5, refreshed: true },
    freshness: { noCache: true },
    decision: 'serve',
  },
  {
    when: 'it is older than max-age',
    state: { ageMs: 5_001 },
    freshness: { maxAgeMs: 5_000 },
    decision: 'refresh-first',
  },
  {
    when: 'it is as old as max-age',
    state: { ageMs: 5_000 },
    freshness: { maxAgeMs: 5_000 },
    decision: 'serve',
  },
  {
    when: 'max-age allows more than freshFor',
    state: { ageMs: 40_000 },
    freshness: { maxAgeMs: 60_000 },
    decision: 'refresh-first',
  },
  {
    when: 'max-stale accepts any age',
    state: { ageMs: 3_600_000, failing: true },
    freshness: { maxStaleMs: Infinity },
    decision: 'stale-while-revalidate',
  },
  {
    when: 'it is older than max-stale allows',
    state: { ageMs: 30_001, failing: true },
    freshness: { maxStaleMs: 15_000 },
    decision: 'refresh-first',
  },
  {
    when: 'max-age is stricter than max-stale',
    state: { ageMs: 20_000 },
    freshness: { maxAgeMs: 10_000, maxStaleMs: Infinity },
    decision: 'refresh-first',
  },
];

describe('decide', () => {
  it.each(CASES)('decides $decision when $when', ({ state, freshness, decision }) => {
    const full = { ageMs: 0, freshForMs: FRESH_FOR, refreshed: false, failing: false, ...state };
    expect(decide(full, { ...USUAL_FRESHNESS, ...freshness })).toBe(decision);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStillSimulator, rowsIn, type StillSimulator } from '../../../test/support/still-simulator.js';
import type { FaultKind } from './fault.js';

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => setup.simulator.stop());

describe.each([
  ['css', 12],
  ['cbr', 12],
  // Some of the tenants have more than one round.
  ['ocp', 24],
] as const)('the totals of %s', (name, total) => {
  async function totalUnder(kind: FaultKind | null): Promise<unknown> {
    await setup.simulator.setFault(name, kind);
    const answer = await setup.ask(name);
    expect(rowsIn(answer)).toHaveLength(total);
    const { data, ...body } = answer.json as Record<string, unknown>;
    const { page } = (data ?? {}) as { page?: object };
    return { ...body, ...page }[{ css: 'totalSize', cbr: 'count', ocp: 'totalElements' }[name]];
  }

  it('are wrong in every way, with the right rows', async () => {
    expect(await totalUnder(null)).toBe(total);
    expect(await totalUnder('totals-small')).toBe(total / 2);
    expect(await totalUnder('totals-large')).toBe((total + 1) * 1000);
    expect(await totalUnder('totals-zero')).toBe(0);
    expect(await totalUnder('totals-negative')).toBe(-1 - total);
    expect(await totalUnder('totals-text')).toEqual(expect.any(String));
    expect(await totalUnder('totals-missing')).toBeUndefined();
  });
});

describe('same-page', () => {
  it.each([
    ['css', '?offset=6&limit=5'],
    ['css', '?start=6&limit=5'],
    ['cbr', '?offset=5&limit=5'],
    ['ocp', '?page=2&size=5'],
  ] as const)('of %s is the first whatever is requested: %s', async (name, page) => {
    const first = rowsIn(await setup.ask(name)).slice(0, 5);
    expect(rowsIn(await setup.ask(name, page))).not.toEqual(first);
    await setup.simulator.setFault(name, 'same-page');
    expect(rowsIn(await setup.ask(name, page))).toEqual(first);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, rowsIn, type StillSimulator } from '../../../test/support/still-simulator.js';

const NOW_MS = Date.UTC(2026, 5, 1, 12);
const MINUTE_MS = 60_000;

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(NOW_MS);
});
afterEach(() => setup.simulator.stop());

describe('a wrong clock', () => {
  it.each(UPSTREAM_NAMES)('of %s shows in the Date header', async (name) => {
    await setup.simulator.setFault(name, 'clock-ahead');
    expect((await setup.ask(name)).headers.date).toBe('Mon, 01 Jun 2026 12:20:00 GMT');
    await setup.simulator.setFault(name, { kind: 'clock-behind', skewMinutes: 60 });
    expect((await setup.ask(name)).headers.date).toBe('Mon, 01 Jun 2026 11:00:00 GMT');
  });

  /** A time of the first row, in epoch milliseconds to the second. */
  const TIMES = {
    css: (row: { createAt: number }) => row.createAt,
    cbr: (row: { created_at: string }) => Date.parse(row.created_at),
    cce: (row: { metadata: { creationTimestamp: string } }) =>
      Date.parse(row.metadata.creationTimestamp.replace(' CST', '')),
    ocp: (row: { createTime: string }) => Date.parse(row.createTime),
  };

  it.each(['css', 'cbr', 'cce', 'ocp'] as const)('of %s shows in the times of rows', async (name) => {
    const timesIn = async (): Promise<number[]> =>
      rowsIn(await setup.ask(name)).map((row) => TIMES[name](row as never));
    const right = await timesIn();
    await setup.simulator.setFault(name, 'clock-ahead');
    expect(await timesIn()).toEqual(right.map((timeMs) => timeMs + 20 * MINUTE_MS));
    await setup.simulator.setFault(name, { kind: 'clock-behind', skewMinutes: 24 * 60 });
    expect(await timesIn()).toEqual(right.map((timeMs) => timeMs - 24 * 60 * MINUTE_MS));
  });

  it('shifts times in their own format', async () => {
    const formOf = (rows: readonly unknown[]): string => JSON.stringify(rows).replaceAll(/\d/g, '0');
    for (const name of ['cbr', 'cce', 'ocp'] as const) {
      const right = formOf(rowsIn(await setup.ask(name)));
      await setup.simulator.setFault(name, 'clock-behind');
      expect(formOf(rowsIn(await setup.ask(name)))).toBe(right);
    }
    setup.simulator.settings.css.times = 'string';
    const [right] = rowsIn(await setup.ask('css')) as { createAt: string }[];
    await setup.simulator.setFault('css', 'clock-ahead');
    const [moved] = rowsIn(await setup.ask('css')) as { createAt: string }[];
    expect(moved?.createAt).toBe(String(Number(right?.createAt) + 20 * MINUTE_MS));
  });
});

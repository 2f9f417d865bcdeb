import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SMALL, TestSetup } from '../../support/test-setup.js';
import { askAll, askPage, ids } from '../../support/tasks.js';

let setup: TestSetup;
beforeEach(() => {
  setup = new TestSetup();
});
afterEach(() => setup.clear());

const FORCED = { 'cache-control': 'no-cache' };

describe('gateways on one Redis with sources of the same names', () => {
  it('each serve the tasks of their own endpoints', async () => {
    const redis = await setup.redis();
    const settings = { cache: { redis: redis.url, freshFor: '60s' } };
    const here = await setup.simulator();
    const there = await setup.simulator({ ...SMALL, seed: 2, fleet: { ...SMALL.fleet, cbrRows: 90 } });
    const [one, other] = await Promise.all([setup.gateway(here, settings), setup.gateway(there, settings)]);
    const ofOne = ids(await askAll(one.url));
    const ofOther = ids(await askAll(other.url));
    expect(ofOne.filter((id) => ofOther.includes(id))).toEqual([]);
    await askPage(one.url, {}, FORCED);
    await askPage(other.url, {}, FORCED);
    expect(ids(await askAll(one.url))).toEqual(ofOne);
    expect(ids(await askAll(other.url))).toEqual(ofOther);
  });

  it('each serve the window that they are configured to read', async () => {
    const redis = await setup.redis();
    const simulator = await setup.simulator();
    const cache = { redis: redis.url, freshFor: '60s' };
    const [long, short] = await Promise.all([
      setup.gateway(simulator, { cache, window: '30d' }),
      setup.gateway(simulator, { cache, window: '2d' }),
    ]);
    const query = { provider: 'huawei-cbr' };
    const all = ids(await askAll(long.url, query));
    const recent = ids(await askAll(short.url, query));
    expect(recent.length).toBeLessThan(all.length);
    expect(recent.length).toBeGreaterThan(0);
    await askPage(short.url, {}, FORCED);
    expect(ids(await askAll(long.url, query))).toEqual(all);
    expect(ids(await askAll(short.url, query))).toEqual(recent);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SMALL, Stage } from '../support/test-gateways.js';
import { askAll, askPage, ids } from '../support/tasks.js';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.clear());

const FORCED = { 'cache-control': 'no-cache' };

describe('gateways on one Redis with sources of the same names', () => {
  it('serve each the tasks of its own endpoints', async () => {
    const redis = await stage.redis();
    const settings = { cache: { redis: redis.url, freshFor: '60s' } };
    const here = await stage.simulator();
    const there = await stage.simulator({ ...SMALL, seed: 2, fleet: { ...SMALL.fleet, cbrRows: 90 } });
    const [one, other] = await Promise.all([stage.gateway(here, settings), stage.gateway(there, settings)]);
    const ofOne = ids(await askAll(one.url));
    const ofOther = ids(await askAll(other.url));
    expect(ofOne.filter((id) => ofOther.includes(id))).toEqual([]);
    await askPage(one.url, {}, FORCED);
    await askPage(other.url, {}, FORCED);
    expect(ids(await askAll(one.url))).toEqual(ofOne);
    expect(ids(await askAll(other.url))).toEqual(ofOther);
  });

  it('serve each as much of the past as it is configured to read', async () => {
    const redis = await stage.redis();
    const simulator = await stage.simulator();
    const cache = { redis: redis.url, freshFor: '60s' };
    const [long, short] = await Promise.all([
      stage.gateway(simulator, { cache, window: '30d' }),
      stage.gateway(simulator, { cache, window: '2d' }),
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

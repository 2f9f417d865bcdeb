import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IN_FULL } from '../support/figures.js';
import type { Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { until } from '../support/redis.js';
import type { Replica } from '../support/replica.js';
import { Stage } from '../support/stage.js';
import { askAll, askPage, ids, listPath, type Query } from '../support/tasks.js';

let stage: Stage;
let simulator: Simulator;
beforeEach(async () => {
  stage = new Stage();
  simulator = await stage.simulator();
});
afterEach(() => stage.clear());

const PAGE_SIZE = 20;
const REPLICAS = IN_FULL ? 4 : 2;

/** Walks to the end, a page from each replica in turn; `onPage` may put others in their place. */
async function walk(replicas: Replica[], onPage: (page: number) => Promise<void> | void): Promise<string[]> {
  const seen: string[] = [];
  let pageToken = '';
  for (let page = 0; page === 0 || pageToken !== ''; page += 1) {
    const { url = '' } = replicas[page % replicas.length] ?? {};
    const query: Query = { pageSize: PAGE_SIZE, ...(pageToken === '' ? {} : { pageToken }) };
    const { tasks, nextPageToken } = await askPage(url, query);
    seen.push(...ids(tasks));
    pageToken = nextPageToken;
    await onPage(page);
  }
  return seen;
}

async function isEach(replicas: readonly Replica[], without: boolean): Promise<boolean> {
  const states = await Promise.all(replicas.map((replica) => replica.isWithoutRedis()));
  return states.every((state) => state === without);
}

async function nextTokenOf({ url }: Replica): Promise<string> {
  return (await askPage(url, { pageSize: PAGE_SIZE })).nextPageToken;
}

async function takes({ url }: Replica, pageToken: string): Promise<boolean> {
  return (await ask(`${url}${listPath({ pageSize: PAGE_SIZE, pageToken })}`)).status === 200;
}

describe('a page token', () => {
  it('of one replica is good for all others, and brings every task once', async () => {
    const redis = await stage.redis();
    const replicas = await stage.replicas(REPLICAS, simulator, {
      cache: { redis: redis.url, freshFor: '60s' },
    });
    const seen = await walk(replicas, () => undefined);
    expect(seen).toEqual(ids(await askAll(replicas[0]?.url ?? '')));
    expect(seen.length).toBeGreaterThan(4 * PAGE_SIZE);
  });

  it('is still good when others have taken the place of all replicas', async () => {
    const redis = await stage.redis();
    const settings = { cache: { redis: redis.url, freshFor: '60s' } };
    const replicas = await stage.replicas(2, simulator, settings);
    const seen = await walk(replicas, async (page) => {
      if (page !== 2) return;
      await Promise.all(replicas.map((replica) => replica.terminate()));
      replicas.splice(0, 2, ...(await stage.replicas(2, simulator, settings)));
    });
    expect(seen).toEqual(ids(await askAll(replicas[0]?.url ?? '')));
  });

  it('of a gateway that has started without Redis is good for itself, and for all once Redis is there', async () => {
    const redis = await stage.redis();
    const settings = { cache: { redis: redis.url, freshFor: '60s' } };
    await redis.kill();
    const late = await stage.replica(simulator, settings);
    const seen = await walk([late], async (page) => {
      if (page !== 1) return;
      await redis.start();
      await until(() => isEach([late], false));
    });
    const other = await stage.replica(simulator, settings);
    await until(async () => {
      const [first, second] = await Promise.all([nextTokenOf(late), nextTokenOf(other)]);
      return (await takes(other, first)) && (await takes(late, second));
    });
    expect(seen).toEqual(ids(await askAll(late.url)));
  });

  it('is good for a gateway that starts after Redis was restarted empty', async () => {
    const redis = await stage.redis();
    const settings = { cache: { redis: redis.url, freshFor: '60s' } };
    const replicas = await stage.replicas(2, simulator, settings);
    const seen = await walk(replicas, async (page) => {
      if (page !== 2) return;
      await redis.kill();
      await until(() => isEach(replicas, true));
      await redis.start();
      await until(() => isEach(replicas, false));
      replicas.push(await stage.replica(simulator, settings));
    });
    expect(replicas).toHaveLength(3);
    expect(seen).toEqual(ids(await askAll(replicas[0]?.url ?? '')));
  });
});

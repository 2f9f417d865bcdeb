import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../support/gateway.js';
import type { Replica } from '../support/replica.js';
import { Stage } from '../support/stage.js';
import { askAll, askPage, ids, type Query } from '../support/tasks.js';

let stage: Stage;
let simulator: Simulator;
beforeEach(async () => {
  stage = new Stage();
  simulator = await stage.simulator();
});
afterEach(() => stage.clear());

const PAGE_SIZE = 20;

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

describe('a page token', () => {
  it('of one replica is good for all others, and brings every task once', async () => {
    const redis = await stage.redis();
    const replicas = await stage.replicas(4, simulator, { cache: { redis: redis.url, freshFor: '60s' } });
    const seen = await walk(replicas, () => undefined);
    expect(seen).toEqual(ids(await askAll(replicas[0]?.url ?? '')));
    expect(seen.length).toBeGreaterThan(4 * PAGE_SIZE);
  });

  it('is still good when all replicas have been put in place of by others', async () => {
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
});

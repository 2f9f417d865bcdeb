import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IN_FULL } from '../../support/figures.js';
import type { Simulator } from '../../support/gateway.js';
import { ask } from '../../support/http.js';
import { until, type TestRedis } from '../../support/redis.js';
import { isWithoutRedis, type Replica } from '../../support/replica.js';
import { TestSetup, type ReplicaSettings } from '../../support/test-setup.js';
import { askAll, askPage, ids, listPath, type Query } from '../../support/tasks.js';

/** A gateway in a process of its own, or in the test's. */
type Gateway = Pick<Replica, 'url'>;

let setup: TestSetup;
let simulator: Simulator;
let redis: TestRedis;
let settings: ReplicaSettings;
/** In processes of their own. */
let replicas: Replica[];
beforeAll(async () => {
  setup = new TestSetup();
  simulator = await setup.simulator();
  redis = await setup.redis();
  settings = { cache: { redis: redis.url, freshFor: '600s' } };
  replicas = await setup.replicas(REPLICAS, simulator, settings);
});
afterAll(() => setup.clear());

const PAGE_SIZE = 20;
const REPLICAS = IN_FULL ? 4 : 2;

/** Walks to the end, a page from each gateway in turn; `onPage` may put others in their place. */
async function walk(
  gateways: readonly Gateway[],
  onPage: (page: number) => Promise<void> | void,
): Promise<string[]> {
  const seen: string[] = [];
  let pageToken = '';
  for (let page = 0; page === 0 || pageToken !== ''; page += 1) {
    const { url = '' } = gateways[page % gateways.length] ?? {};
    const query: Query = { pageSize: PAGE_SIZE, ...(pageToken === '' ? {} : { pageToken }) };
    const { tasks, nextPageToken } = await askPage(url, query);
    seen.push(...ids(tasks));
    pageToken = nextPageToken;
    await onPage(page);
  }
  return seen;
}

async function isEach(gateways: readonly Gateway[], without: boolean): Promise<boolean> {
  const states = await Promise.all(gateways.map(isWithoutRedis));
  return states.every((state) => state === without);
}

async function nextTokenOf({ url }: Gateway): Promise<string> {
  return (await askPage(url, { pageSize: PAGE_SIZE })).nextPageToken;
}

async function takes({ url }: Gateway, pageToken: string): Promise<boolean> {
  return (await ask(`${url}${listPath({ pageSize: PAGE_SIZE, pageToken })}`)).status === 200;
}

describe('a page token', () => {
  it('of one replica is valid at all others, and returns every task once', async () => {
    const seen = await walk(replicas, () => undefined);
    expect(seen).toEqual(ids(await askAll(replicas[0]?.url ?? '')));
    expect(seen.length).toBeGreaterThan(4 * PAGE_SIZE);
  });

  it('is valid at a gateway that starts after Redis was restarted empty', async () => {
    const gateways: Gateway[] = [...replicas];
    const seen = await walk(gateways, async (page) => {
      if (page !== 2) return;
      await redis.kill();
      await until(() => isEach(replicas, true));
      await redis.start();
      await until(() => isEach(replicas, false));
      gateways.push(await setup.gateway(simulator, settings));
    });
    expect(gateways).toHaveLength(REPLICAS + 1);
    expect(seen).toEqual(ids(await askAll(replicas[0]?.url ?? '')));
  });

  it('of a gateway that has started without Redis is valid there, and at all once Redis is up', async () => {
    await redis.kill();
    const late = await setup.gateway(simulator, settings);
    const seen = await walk([late], async (page) => {
      if (page !== 1) return;
      await redis.start();
      await until(() => isEach([late, ...replicas], false));
    });
    for (const other of replicas) {
      await until(async () => {
        const [first, second] = await Promise.all([nextTokenOf(late), nextTokenOf(other)]);
        return (await takes(other, first)) && (await takes(late, second));
      });
    }
    expect(seen).toEqual(ids(await askAll(late.url)));
  });

  it('is still valid when all replicas were replaced', async () => {
    const gateways: Gateway[] = [...replicas];
    const seen = await walk(gateways, async (page) => {
      if (page !== 2) return;
      await Promise.all(replicas.map((replica) => replica.terminate('SIGINT')));
      gateways.splice(0, REPLICAS, await setup.gateway(simulator, settings));
    });
    expect(gateways).toHaveLength(1);
    expect(seen).toEqual(ids(await askAll(gateways[0]?.url ?? '')));
  });
});

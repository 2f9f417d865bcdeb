import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Credentials } from '@/model/source.js';
import type { IoredisLink } from '@/redis/ioredis-link.js';
import type { UpstreamName } from '@/simulator/settings.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { readContext, sourceOf, startReaders, type Readers } from '../support/readers.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { LockoutClock, openLockouts } from '../support/lockouts.js';

const HOUR_MS = 3_600_000;
const HUAWEI = ['huawei-css', 'huawei-cbr', 'huawei-cce'];

let redis: TestRedis;
let simulator: Simulator;
let clock: LockoutClock;
let links: IoredisLink[];
let replicas: Readers[];

beforeAll(async () => {
  clock = new LockoutClock();
  redis = await startRedis();
  simulator = await startSimulator({ fleet: 'empty', clock: clock.now, ocp: { rateLimit: null } });
  const opened = await openLockouts(redis.url, 4);
  links = opened.map(({ link }) => link);
  replicas = await Promise.all(opened.map(({ lockouts }) => startReaders(clock.now, lockouts)));
});

afterAll(async () => {
  await Promise.all(replicas.map((readers) => readers.close()));
  await Promise.all(links.map((link) => link.close()));
  await simulator.stop();
  await redis.stop();
});

/** Every replica lists the feeds of all sources again and again, and reads what it finds. */
async function demandFor(ms: number, providers: readonly string[], credentials: Credentials): Promise<void> {
  const scenarios = replicas.flatMap((readers) =>
    providers.map((provider) => readers.open(sourceOf(simulator, provider, { clusters: null, credentials }))),
  );
  const sinceMs = clock.nowMs;
  while (clock.nowMs < sinceMs + ms) {
    await Promise.all(scenarios.map(readWhatIsListed));
    await clock.pass(clock.nowMs < sinceMs + 40_000 ? 1_000 : 120_000, redis);
  }
}

async function readWhatIsListed(reader: ReturnType<Readers['open']>): Promise<void> {
  const listing = await reader.listFeeds(readContext());
  if (listing.outcome !== 'listed') return;
  await Promise.all(listing.feeds.map((feed) => reader.readFeed(feed, readContext())));
}

/** The most refusals within any hour. */
function mostRefusedAnHour(upstreams: readonly UpstreamName[]): number {
  const times = simulator.calls.entries
    .filter(({ upstream, status }) => upstreams.includes(upstream) && status === 401)
    .map(({ atMs }) => atMs);
  const within = times.map((from) => times.filter((atMs) => atMs >= from && atMs < from + HOUR_MS).length);
  return Math.max(0, ...within);
}

interface Case {
  readonly type: string;
  readonly providers: readonly string[];
  readonly asked: UpstreamName[];
  /** A refused log-in counts for every place that waited for its token. */
  readonly atLeast: number;
  readonly credentials: (iamEndpoint: string) => Credentials;
}

const CASES: readonly Case[] = [
  {
    type: 'aksk',
    providers: HUAWEI,
    asked: ['css', 'cbr', 'cce'],
    atLeast: 4,
    credentials: () => ({
      type: 'aksk',
      accessKey: 'EXAMPLEACCESSKEY0001',
      secretKey: 'wrong',
      securityToken: null,
    }),
  },
  {
    type: 'token',
    providers: HUAWEI,
    asked: ['css', 'cbr', 'cce'],
    atLeast: 4,
    credentials: () => ({ type: 'token', token: 'wrong' }),
  },
  {
    type: 'password',
    providers: HUAWEI,
    asked: ['iam'],
    atLeast: 2,
    credentials: (iamEndpoint) => ({
      type: 'password',
      iamEndpoint,
      domain: 'acme',
      username: 'backup-reader',
      password: 'wrong',
    }),
  },
  {
    type: 'basic',
    providers: ['oceanbase-ocp'],
    asked: ['ocp'],
    atLeast: 4,
    credentials: () => ({ type: 'basic', username: 'admin', password: 'wrong' }),
  },
];

describe('wrong credentials under constant demand of four replicas', () => {
  it.each(CASES)('of type $type are tried at most five times an hour', async (each) => {
    simulator.calls.reset();
    await demandFor(2 * HOUR_MS, each.providers, each.credentials(simulator.urls.iam));
    expect(mostRefusedAnHour(each.asked)).toBeLessThanOrEqual(5);
    expect(mostRefusedAnHour(each.asked)).toBeGreaterThanOrEqual(each.atLeast);
  });
});

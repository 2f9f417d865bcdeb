import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Credentials, SourceConfig } from '@/model/source.js';
import type { IoredisLink } from '@/redis/ioredis-link.js';
import type { UpstreamName } from '@/simulator/settings.js';
import { IN_FULL, printFigures } from '../../support/figures.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../../support/gateway.js';
import { linkTo } from '../../support/redis-link.js';
import { startRedis, type TestRedis } from '../../support/redis.js';
import { ask } from '../../support/http.js';
import { LockoutClock } from '../../support/lockouts.js';

const MINUTE_MS = 60_000;
const PREFIX = 'test-gateway';
/** A question to each gateway so often: at first as soon as it may matter, then steadily. */
const EARLY = { forMs: 2 * MINUTE_MS, everyMs: 2_000 };
const EVERY_MS = IN_FULL ? 5_000 : 30_000;

type Secrets = Readonly<Record<'huawei' | 'ocp', Credentials>>;

const OCP = { type: 'basic', username: 'admin', password: 'wrong' } as const;

/** The same name with a wrong secret, as a mistyped configuration has it. */
const SECRETS: Readonly<Record<string, (simulator: Simulator) => Secrets>> = {
  aksk: () => ({
    huawei: {
      type: 'aksk',
      accessKey: 'EXAMPLEACCESSKEY0001',
      secretKey: 'wrong',
      securityToken: null,
    },
    ocp: { type: 'aksk', accessKey: 'exampleOcpKey', secretKey: 'wrong', securityToken: null },
  }),
  token: () => ({ huawei: { type: 'token', token: 'wrong' }, ocp: OCP }),
  password: ({ urls }) => ({
    huawei: {
      type: 'password',
      iamEndpoint: urls.iam,
      domain: 'acme',
      username: 'backup-reader',
      password: 'wrong',
    },
    ocp: OCP,
  }),
};

/** Who counts failures in a row, where they are counted, and how many lock. */
interface Lock {
  readonly who: string;
  readonly upstreams: readonly UpstreamName[];
  /** So many lock: more than five at Huawei's gateway, twenty at OCP (or ten). IAM's are not documented. */
  readonly locks: number;
}

const OCP_LOCK: Lock = { who: 'oceanbase-ocp', upstreams: ['ocp'], locks: 10 };
const LOCKS: Readonly<Record<string, readonly Lock[]>> = {
  aksk: [{ who: 'huawei, all three', upstreams: ['css', 'cbr', 'cce'], locks: 6 }, OCP_LOCK],
  token: [{ who: 'huawei, all three', upstreams: ['css', 'cbr', 'cce'], locks: 6 }, OCP_LOCK],
  password: [{ who: 'huawei, IAM', upstreams: ['iam'], locks: 6 }, OCP_LOCK],
};

let clock: LockoutClock;
let redis: TestRedis;
let simulator: Simulator;
let link: IoredisLink;
let gateways: RunningGateway[];

beforeEach(async () => {
  clock = new LockoutClock();
  redis = await startRedis();
  link = linkTo(redis.url, { prefix: PREFIX });
  simulator = await startSimulator({ clock: clock.now, life: { rate: 0 }, ocp: { rateLimit: null } });
  await link.ready(100_000);
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await link.close();
  await simulator.stop();
  await redis.stop();
});

function withSecrets(sources: readonly SourceConfig[], { huawei, ocp }: Secrets): SourceConfig[] {
  return sources.map((source) => ({
    ...source,
    credentials: source.provider === 'oceanbase-ocp' ? ocp : huawei,
  }));
}

/** Several share a Redis; one has none. */
function start(count: number, secrets: Secrets): Promise<RunningGateway[]> {
  const options = {
    clock: clock.now,
    sources: (sources: readonly SourceConfig[]) => withSecrets(sources, secrets),
    ...(count > 1 && { redis: { url: redis.url, prefix: PREFIX } }),
  };
  return Promise.all(Array.from({ length: count }, () => startGateway(simulator, options)));
}

/** Every gateway is asked again and again, every other time for nothing but the newest. */
async function anHour(): Promise<void> {
  const sinceMs = clock.nowMs;
  for (let turn = 0; clock.nowMs < sinceMs + 60 * MINUTE_MS; turn += 1) {
    const headers: Record<string, string> = turn % 2 === 0 ? {} : { 'cache-control': 'no-cache' };
    const answers = await Promise.all(gateways.map(({ url }) => ask(`${url}/v1/tasks`, headers)));
    expect(answers.map(({ status }) => status)).toEqual(gateways.map(() => 503));
    await clock.pass(clock.nowMs < sinceMs + EARLY.forMs ? EARLY.everyMs : EVERY_MS, redis, PREFIX);
  }
}

/** The most log-ins that were refused within any span of so long. */
function mostRefused({ upstreams }: Lock, spanMs: number): number {
  const times = simulator.calls.entries
    .filter(({ upstream, status }) => upstreams.includes(upstream) && status === 401)
    .map(({ atMs }) => atMs);
  const within = times.map((from) => times.filter((atMs) => atMs >= from && atMs < from + spanMs).length);
  return Math.max(0, ...within);
}

/** On a machine too busy for Redis to answer in time, each gateway counts on its own for a while, as it should. */
function wereAlone(): boolean {
  return gateways.some(({ log }) => log.some((line) => /"level":"warn".*redis/i.test(line)));
}

const table: Record<string, string | number>[] = [];
/** Where tests do not run in full, each type with one number of replicas, in other runs with the other. */
const CASES = Object.keys(SECRETS).flatMap((type) =>
  (IN_FULL ? [1, 4] : [Math.random() < 0.5 ? 1 : 4]).map((replicas) => ({ type, replicas })),
);

describe('a wrong secret in an hour of constant demand', () => {
  it.each(CASES)(
    'of type $type is rejected less often than locks an account, with $replicas gateways',
    async ({ type, replicas }) => {
      gateways = await start(replicas, SECRETS[type]?.(simulator) ?? { huawei: OCP, ocp: OCP });
      await anHour();
      for (const lock of LOCKS[type] ?? []) {
        const refused = mostRefused(lock, 60 * MINUTE_MS);
        table.push({
          credentials: type,
          'counted by': lock.who,
          gateways: replicas,
          'refused in an hour': refused,
          'in 5 minutes': mostRefused(lock, 5 * MINUTE_MS),
          'locks at': lock.locks,
        });
        expect(refused).toBeGreaterThan(1);
        expect(refused).toBeLessThan(lock.locks * (wereAlone() ? replicas : 1));
      }
    },
  );

  afterAll(() => {
    printFigures('refused log-ins', table);
  });
});

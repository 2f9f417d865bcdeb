import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthConfig } from '@/config/config.js';
import type { RequestRate, Scope } from '@/model/scope.js';
import {
  configFor,
  runGateway,
  startGateway,
  startSimulator,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { ask, type Answer } from '../support/http.js';
import { authWith, keyOf } from '../support/keys.js';
import { startRedis, until, type TestRedis } from '../support/redis.js';

const HOUR_MS = 3_600_000;
const LIST = '/v1/tasks?pageSize=1';
const POLICY = /^"default";q=(\d+);w=(\d+)$/;
const STATE = /^"default";r=(\d+);t=(\d+)$/;

const hourly = (calls: number): RequestRate => ({ calls, perMs: HOUR_MS });

/** Keys for all sources with these scopes, each with a limit of its own; null: unlimited. */
function limitedKeys(rates: Record<string, RequestRate | null>, ...scopes: Scope[]): AuthConfig {
  const auth = authWith(Object.keys(rates).map((id) => ({ id, scopes, sources: null })));
  return { ...auth, apiKeys: auth.apiKeys.map((key) => ({ ...key, rateLimit: rates[key.id] ?? null })) };
}

/** What the headers say; null where they are absent. */
function limitOf({ headers }: Answer): { quota: number; windowS: number; left: number; endS: number } | null {
  if (!headers.has('ratelimit-policy') && !headers.has('ratelimit')) return null;
  const [, quota, windowS] = POLICY.exec(headers.get('ratelimit-policy') ?? '') ?? [];
  const [, left, endS] = STATE.exec(headers.get('ratelimit') ?? '') ?? [];
  return { quota: Number(quota), windowS: Number(windowS), left: Number(left), endS: Number(endS) };
}

function expectRateLimited(answer: Answer): void {
  expect([answer.status, answer.body]).toMatchObject([429, { type: '/problems/rate-limited', status: 429 }]);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const limit = limitOf(answer);
  expect(limit).toMatchObject({ left: 0, windowS: 3600 });
  const retryAfterS = Number(answer.headers.get('retry-after'));
  expect(retryAfterS).toBe(limit?.endS);
  expect(retryAfterS).toBeGreaterThan(0);
  expect(retryAfterS).toBeLessThanOrEqual(3600);
}

let simulator: Simulator;
let running: RunningGateway[];
beforeAll(async () => {
  const fleet = { cbrRows: 5, cssClusters: 0, cceClusters: 0, ocpTenants: 0 };
  simulator = await startSimulator({ life: { rate: 0 }, fleet });
});
beforeEach(() => {
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((gateway) => gateway.stop()));
});
afterAll(() => simulator.stop());

type Ask = (id: string, path?: string, headers?: Record<string, string>) => Promise<Answer>;

async function start(auth: AuthConfig, shared?: TestRedis): Promise<Ask> {
  const redis = shared && { url: shared.url, prefix: 'test-limits' };
  const gateway = await startGateway(simulator, { auth, ...(redis && { redis }) });
  running.push(gateway);
  return (id, path = LIST, headers = {}) => ask(gateway.url + path, { 'x-api-key': keyOf(id), ...headers });
}

describe('a limit of requests', () => {
  it('is told on every answer to the principal, whatever its status', async () => {
    const get = await start(limitedKeys({ limited: hourly(5) }, 'tasks:read'));
    const first = await get('limited');
    const etag = first.headers.get('etag') ?? 'none';
    const answers = [
      first,
      await get('limited', LIST, { 'if-none-match': etag }),
      await get('limited', '/v1/tasks?status=BLUE'),
      await get('limited', '/v1/sources'),
      await get('limited', '/v1/tasks/server-backups.no-such-task'),
      await get('limited'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 304, 400, 403, 404, 429]);
    const limits = answers.map(limitOf);
    expect(limits).toMatchObject([4, 3, 2, 1, 0, 0].map((left) => ({ quota: 5, windowS: 3600, left })));
    for (const limit of limits) {
      expect(limit?.endS).toBeGreaterThan(0);
      expect(limit?.endS).toBeLessThanOrEqual(3600);
    }
  });

  it('is absent from the answers to an unlimited principal', async () => {
    const get = await start(limitedKeys({ limited: hourly(1), unlimited: null }, 'tasks:read'));
    await get('limited');
    for (const path of [LIST, LIST, '/v1/tasks?status=BLUE', '/v1/sources']) {
      const answer = await get('unlimited', path);
      expect(answer.status).not.toBe(429);
      expect(limitOf(answer)).toBeNull();
    }
  });

  it('refuses before anything else about the request is judged', async () => {
    const get = await start(limitedKeys({ limited: hourly(1) }, 'tasks:read'));
    const etag = (await get('limited')).headers.get('etag') ?? 'none';
    expectRateLimited(await get('limited'));
    expectRateLimited(await get('limited', '/v1/tasks?status=BLUE'));
    expectRateLimited(await get('limited', '/v1/tasks?include=raw'));
    expectRateLimited(await get('limited', '/v1/sources'));
    expectRateLimited(await get('limited', '/v1/tasks/server-backups.no-such-task'));
    expectRateLimited(await get('limited', LIST, { 'if-none-match': etag }));
    expectRateLimited(await get('limited', LIST, { 'cache-control': 'no-cache' }));
  });

  it('is counted for each principal', async () => {
    const get = await start(limitedKeys({ one: hourly(1), other: hourly(1) }, 'tasks:read'));
    expect((await get('one')).status).toBe(200);
    expect((await get('other')).status).toBe(200);
    expectRateLimited(await get('one'));
  });

  it('counts no request that is refused for its credentials', async () => {
    const get = await start(limitedKeys({ limited: hourly(1) }, 'tasks:read'));
    const refused = await get('limited', LIST, { authorization: `Bearer ${keyOf('unknown')}` });
    expect([refused.status, limitOf(refused)]).toEqual([401, null]);
    expect((await get('limited')).status).toBe(200);
  });

  it('begins anew with the next window', async () => {
    const get = await start(limitedKeys({ limited: { calls: 1, perMs: 2_000 } }, 'tasks:read'));
    await until(async () => (await get('limited')).status === 429);
    await until(async () => (await get('limited')).status === 200);
  });

  it('does not hold for health and metrics, which use none of it up', async () => {
    const get = await start(limitedKeys({ limited: hourly(1) }, 'tasks:read', 'metrics:read'));
    const paths = ['/health/live', '/health/ready', '/metrics'];
    const askAll = async (): Promise<Answer[]> =>
      Promise.all([...paths, ...paths].map((path) => get('limited', path)));
    const before = await askAll();
    expect((await get('limited')).status).toBe(200);
    expectRateLimited(await get('limited'));
    for (const answer of [...before, ...(await askAll())])
      expect([answer.status, limitOf(answer)]).toEqual([200, null]);
  });
});

describe('a limit of requests without credentials', () => {
  async function startBehind(trustProxy: string[]): Promise<(forwardedFor: string) => Promise<Answer>> {
    const anonymous = { scopes: ['tasks:read' as const], sources: null };
    const config = configFor(simulator, { auth: authWith([], { anonymous, rateLimit: hourly(1) }) });
    const gateway = await runGateway({ ...config, server: { ...config.server, trustProxy } });
    running.push(gateway);
    return (forwardedFor) => ask(gateway.url + LIST, { 'x-forwarded-for': forwardedFor });
  }

  it('is counted by the address that a trusted proxy tells, an IPv6 one by its /64', async () => {
    const from = await startBehind(['127.0.0.1']);
    expect(limitOf(await from('192.0.2.1'))).toMatchObject({ quota: 1, left: 0 });
    expectRateLimited(await from('192.0.2.1'));
    expect((await from('192.0.2.2')).status).toBe(200);
    expect((await from('2001:db8:0:1::1')).status).toBe(200);
    expectRateLimited(await from('2001:db8:0:1:ffff::2'));
    expect((await from('2001:db8:0:2::1')).status).toBe(200);
  });

  it('looks past what a client has put before the address that the proxy adds', async () => {
    const from = await startBehind(['127.0.0.1']);
    expect((await from('198.51.100.1, 192.0.2.1')).status).toBe(200);
    expectRateLimited(await from('198.51.100.2, 192.0.2.1'));
  });

  it('is not evaded by a header that no trusted proxy has sent', async () => {
    const from = await startBehind([]);
    expect((await from('192.0.2.1')).status).toBe(200);
    expectRateLimited(await from('192.0.2.2'));
  });
});

describe('a limit of requests over two gateways on one Redis', () => {
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    redis.resume();
    await redis.stop();
  });

  /** The first requests would else be counted by each gateway, and so would those after an outage. */
  const bothSeeRedis = (): Promise<void> =>
    until(async () => {
      const answers = await Promise.all(running.map(({ url }) => ask(`${url}/health/ready`)));
      return answers.every(({ body }) => (body as { status: string }).status === 'ok');
    });

  async function startTwo(): Promise<[Ask, Ask]> {
    const auth = limitedKeys({ limited: hourly(3) }, 'tasks:read');
    const both: [Ask, Ask] = [await start(auth, redis), await start(auth, redis)];
    await bothSeeRedis();
    return both;
  }

  async function expectShared([one, other]: [Ask, Ask]): Promise<void> {
    const answers = [await one('limited'), await other('limited'), await one('limited')];
    expect(answers.map((answer) => [answer.status, limitOf(answer)?.left])).toEqual([
      [200, 2],
      [200, 1],
      [200, 0],
    ]);
    expectRateLimited(await one('limited'));
    expectRateLimited(await other('limited'));
  }

  it('is shared', async () => {
    await expectShared(await startTwo());
  });

  it.each(['killed', 'hung'])('is counted by each on its own while Redis is %s', async (way) => {
    const gateways = await startTwo();
    await gateways[0]('limited');
    if (way === 'killed') await redis.kill();
    else redis.pause();
    for (const get of gateways) await expectShared([get, get]);
  });

  it('is shared again when Redis is back', async () => {
    const gateways = await startTwo();
    await redis.kill();
    await until(async () => (await gateways[0]('limited')).status === 429);
    await redis.start();
    await bothSeeRedis();
    await expectShared(gateways);
  });
});

import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KnownCredential, SharedLockout } from '@/model/shared-lockout.js';
import { clockOf } from '../support/clock.js';
import { RedisLockouts } from '@/redis/redis-lockouts.js';
import { CredentialGates } from '@/upstream/credentials/credential-gates.js';
import { LOCKOUT_POLICY } from '@/upstream/credentials/credential-lockout.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import { AMPLE, SCANT } from '../support/redis-link.js';
import { startRedis, startRedisCluster, until, type TestRedis } from '../support/redis.js';
import { LockoutClock, openLockouts } from '../support/lockouts.js';

const OPEN = new AbortController().signal;
const HOUR_MS = 3_600_000;
const KEY: KnownCredential = { account: ['aksk', 'AK'], secret: ['wrong-secret'] };

type Opened = Awaited<ReturnType<typeof openLockouts>>[number];

let redis: TestRedis;
/** They serve all tests: the key of a credential is slow to make. */
let four: Opened[];
let clock: LockoutClock;
let replicas: Replica[];

interface Replica extends Opened {
  readonly gates: CredentialGates;
}

async function start(count: number, bounds = AMPLE): Promise<Replica[]> {
  const started = (await openLockouts(redis.url, count, bounds)).map(replicaOn);
  replicas.push(...started);
  return started;
}

function replicaOn(opened: Opened): Replica {
  return { ...opened, gates: new CredentialGates(clockOf(clock.now), opened.lockouts) };
}

beforeAll(async () => {
  redis = await startRedis();
  four = await openLockouts(redis.url, 4);
});

beforeEach(() => {
  clock = new LockoutClock();
  replicas = four.map(replicaOn);
});

afterEach(async () => {
  const others = replicas.filter(({ link }) => !four.some((each) => each.link === link));
  await Promise.all(others.map(({ link }) => link.close()));
  await redis.command((commands) => commands.flushall());
  // What was published before is heard by then.
  await setImmediate();
});

afterAll(async () => {
  await Promise.all(four.map(({ link }) => link.close()));
  await redis.stop();
});

function first(): Replica {
  return only(replicas.slice(0, 1));
}

function only<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined) throw new Error('there is none');
  return one;
}

/** Refuses or accepts, and knows when it did. */
class Upstream {
  accepts = false;
  arrived = 0;
  readonly refusedAt: number[] = [];

  readonly call = async (): Promise<string> => {
    this.arrived += 1;
    await Promise.resolve();
    if (this.accepts) return 'answer';
    this.refusedAt.push(clock.nowMs);
    throw new UpstreamError('UNAUTHORIZED');
  };

  mostRefusedAnHour(): number {
    const within = this.refusedAt.map(
      (from) => this.refusedAt.filter((atMs) => atMs >= from && atMs < from + HOUR_MS).length,
    );
    return Math.max(0, ...within);
  }
}

/** A call whose end the test decides. */
class PendingCall {
  started = false;
  end!: (outcome: 'OK' | 'UNAUTHORIZED') => void;
  readonly work = (): Promise<string> => {
    this.started = true;
    return new Promise((resolve, reject) => {
      this.end = (outcome) => {
        if (outcome === 'OK') resolve('answer');
        else reject(new UpstreamError('UNAUTHORIZED'));
      };
    });
  };
}

function pendingCall(calls: PendingCall[]): PendingCall {
  const call = new PendingCall();
  calls.push(call);
  return call;
}

function pass({ gates }: Replica, work: () => Promise<string>, place = 'css'): Promise<string> {
  return gates.gateOf(KEY, place).pass(OPEN, work);
}

async function outcomesOf(
  work: () => Promise<string>,
  places: readonly string[] = ['css'],
): Promise<string[]> {
  const calls = replicas.flatMap((replica) => places.map((place) => pass(replica, work, place)));
  const settled = await Promise.allSettled(calls);
  return settled.map((each) =>
    each.status === 'fulfilled' ? each.value : (each.reason as UpstreamError).reason,
  );
}

/** All replicas ask again and again: each half second of simulated time at first, each half minute later. */
async function demandFor(ms: number, upstream: Upstream, places?: readonly string[]): Promise<void> {
  const sinceMs = clock.nowMs;
  while (clock.nowMs < sinceMs + ms) {
    await outcomesOf(upstream.call, places);
    await clock.pass(clock.nowMs < sinceMs + 60_000 ? 500 : 30_000, redis);
  }
}

function keys(): Promise<string[]> {
  return redis.command((commands) => commands.keys('*:lockout:*'));
}

async function record(): Promise<Record<string, string>> {
  const [key = ''] = await keys();
  return redis.command((commands) => commands.hgetall(key));
}

async function tickets(): Promise<number> {
  return Object.keys(await record()).filter((name) => name.startsWith('ticket:')).length;
}

/** Scripts that Redis has run. */
async function scriptsRun(): Promise<number> {
  const figures = await redis.command((commands) => commands.info('commandstats'));
  return [...figures.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );
}

describe('a rejected credential under constant demand of four replicas', () => {
  it.each([
    ['at three places', ['css', 'cbr', 'cce']],
    ['at six places', ['a', 'b', 'c', 'd', 'e', 'f']],
  ])('is tried at most five times an hour, and again each hour, %s', async (_where, places) => {
    const upstream = new Upstream();
    await demandFor(3 * HOUR_MS, upstream, places);
    expect(upstream.mostRefusedAnHour()).toBeLessThanOrEqual(5);
    expect(upstream.mostRefusedAnHour()).toBeGreaterThanOrEqual(4);
    expect(upstream.refusedAt.at(-1)).toBeGreaterThan(clock.nowMs - HOUR_MS - 60_000);
  });

  it('is tried at most five times an hour when it was valid until it was revoked', async () => {
    const upstream = new Upstream();
    upstream.accepts = true;
    expect(await outcomesOf(upstream.call)).toEqual(replicas.map(() => 'answer'));
    upstream.accepts = false;
    await expect(pass(first(), upstream.call)).rejects.toMatchObject({ reason: 'UNAUTHORIZED' });
    await until(async () => (await Promise.all(replicas.map(rests))).every(Boolean));
    await demandFor(3 * HOUR_MS, upstream);
    expect(upstream.mostRefusedAnHour()).toBeLessThanOrEqual(5);
  });

  it('is tried at most five times an hour while replicas start and stop', async () => {
    const upstream = new Upstream();
    for (let minute = 0; minute < 60; minute += 1) {
      if (minute % 15 === 0) await start(1);
      await outcomesOf(upstream.call);
      await clock.pass(60_000, redis);
    }
    expect(upstream.refusedAt.length).toBeLessThanOrEqual(5);
  });

  it('works at all replicas as soon as one was accepted', async () => {
    const upstream = new Upstream();
    await demandFor(HOUR_MS, upstream);
    upstream.accepts = true;
    await clock.pass(HOUR_MS, redis);
    const before = upstream.refusedAt.length;
    expect(await outcomesOf(upstream.call)).toEqual(replicas.map(() => 'answer'));
    expect(upstream.refusedAt).toHaveLength(before);
    expect(await keys()).toEqual([]);
  });
});

/** True when the gate lets no call through, without asking the upstream. */
async function rests(replica: Replica): Promise<boolean> {
  let called = false;
  await pass(replica, () => {
    called = true;
    return Promise.reject(new UpstreamError('TIMEOUT'));
  }).catch(() => undefined);
  return !called;
}

describe('a first call', () => {
  it('is the only one over all replicas after a rejection', async () => {
    await expect(pass(first(), new Upstream().call)).rejects.toMatchObject({ reason: 'UNAUTHORIZED' });
    await clock.pass(2_000, redis);
    const calls: PendingCall[] = [];
    const answers = Promise.all(replicas.map((replica) => pass(replica, pendingCall(calls).work)));
    await until(() => calls.some(({ started }) => started));
    const asked = await scriptsRun();
    await until(async () => (await scriptsRun()) > asked + 6);
    expect(calls.filter(({ started }) => started)).toHaveLength(1);
    expect(await tickets()).toBe(1);

    calls.find(({ started }) => started)?.end('OK');
    await until(() => calls.every(({ started }) => started));
    for (const call of calls) call.end('OK');
    await answers;
    expect(await keys()).toEqual([]);
  });

  it('may be one of four at once while nothing was rejected', async () => {
    const calls: PendingCall[] = [];
    const answers = Promise.allSettled(
      replicas.flatMap((replica) =>
        ['css', 'cbr', 'cce'].map((place) => pass(replica, pendingCall(calls).work, place)),
      ),
    );
    await until(() => calls.filter(({ started }) => started).length >= 4);
    const asked = await scriptsRun();
    await until(async () => (await scriptsRun()) > asked + 8);
    const started = calls.filter((call) => call.started);
    expect(started).toHaveLength(4);
    for (const call of started) call.end('UNAUTHORIZED');
    expect((await answers).every(({ status }) => status === 'rejected')).toBe(true);
    expect(calls.filter((call) => call.started)).toHaveLength(4);
  });

  it('may start when the replica whose turn it was has died', async () => {
    const dying = only(await start(1));
    const other = first();
    await expect(pass(dying, new Upstream().call)).rejects.toMatchObject({ reason: 'UNAUTHORIZED' });
    await clock.pass(2_000, redis);
    const lost = new PendingCall();
    void pass(dying, lost.work);
    await until(() => lost.started);
    await dying.link.close();
    const next = pass(other, () => Promise.resolve('answer'));
    await clock.pass(10_000, redis);
    expect(await next).toBe('answer');
  });

  it('that waits for its turn is released when its signal is aborted', async () => {
    const [holder, other] = replicas as [Replica, Replica];
    await expect(pass(holder, new Upstream().call)).rejects.toMatchObject({ reason: 'UNAUTHORIZED' });
    await clock.pass(2_000, redis);
    const probe = new PendingCall();
    const held = pass(holder, probe.work);
    await until(() => probe.started);
    const controller = new AbortController();
    const waiting = other.gates.gateOf(KEY, 'css').pass(controller.signal, () => Promise.resolve('answer'));
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ reason: 'TIMEOUT' });
    probe.end('OK');
    expect(await held).toBe('answer');
  });

  it('that fails otherwise counts as neither success nor rejection, and returns its turn', async () => {
    const failing = (): Promise<string> => Promise.reject(new UpstreamError('TIMEOUT'));
    expect(await outcomesOf(failing)).toEqual(replicas.map(() => 'TIMEOUT'));
    expect(await keys()).toEqual([]);
  });

  it('asks Redis, and those that follow its success do not', async () => {
    await pass(first(), () => Promise.resolve('answer'));
    const before = await scriptsRun();
    for (let call = 0; call < 100; call += 1) await pass(first(), () => Promise.resolve('answer'));
    expect(await scriptsRun()).toBe(before);
  });
});

describe('a replica that waits for the ticket of another', () => {
  async function waiting(): Promise<SharedLockout> {
    const options = { clock: clockOf(clock.now) };
    const lockout = new RedisLockouts(first().link, LOCKOUT_POLICY, options).of(KEY, 'css', () => undefined);
    await lockout.refused({ ticket: null, ageMs: 0 });
    await clock.pass(2_000, redis);
    expect(await lockout.enter()).toMatchObject({ answer: 'enter' });
    expect(await lockout.enter()).toEqual({ answer: 'wait' });
    return lockout;
  }

  it('goes without one after half a minute', async () => {
    const lockout = await waiting();
    clock.nowMs += 20_000;
    expect(await lockout.enter()).toEqual({ answer: 'wait' });
    clock.nowMs += 10_001;
    expect(await lockout.enter()).toBeNull();
  });

  it('waits from the start when its last wait was long ago', async () => {
    const lockout = await waiting();
    clock.nowMs += HOUR_MS;
    expect(await lockout.enter()).toEqual({ answer: 'wait' });
  });
});

describe('calls that several replicas sent together', () => {
  it('count as one rejection in a row, and as that many rejected calls', async () => {
    const calls: PendingCall[] = [];
    const answers = Promise.allSettled(replicas.map((replica) => pass(replica, pendingCall(calls).work)));
    await until(() => calls.every(({ started }) => started));
    clock.nowMs += 10_000;
    for (const call of calls) call.end('UNAUTHORIZED');
    await answers;
    expect(await record()).toMatchObject({ calls: '4', refusals: '1' });
  });
});

describe('a success', () => {
  it('at another service resets the rejections of the credential, not those of the service', async () => {
    const [one, other, third] = replicas as [Replica, Replica, Replica];
    const answer = (): Promise<string> => Promise.resolve('answer');
    for (const replica of [one, other, third]) await pass(replica, answer, 'cbr');
    await expect(pass(one, new Upstream().call)).rejects.toMatchObject({ reason: 'UNAUTHORIZED' });
    expect(await record()).toMatchObject({ calls: '1', refusals: '1' });
    await until(async () => {
      expect(await pass(other, answer, 'cbr')).toBe('answer');
      return !('calls' in (await record()));
    });
    expect(await rests(third)).toBe(true);
    expect(await pass(third, answer, 'cce')).toBe('answer');
  });

  it('of a call from before the rejection is ignored', async () => {
    const [one, other] = replicas as [Replica, Replica];
    const late = new PendingCall();
    const answer = pass(other, late.work);
    await until(() => late.started);
    await clock.pass(5, redis);
    await expect(pass(one, new Upstream().call)).rejects.toMatchObject({ reason: 'UNAUTHORIZED' });
    await clock.pass(5, redis);
    late.end('OK');
    expect(await answer).toBe('answer');
    expect(await record()).toMatchObject({ calls: '1' });
  });
});

describe('a success that is reported late', () => {
  it('is ignored when its call started before the rejection, although its replica does not know of it', async () => {
    const { link } = first();
    const lockout = new RedisLockouts(link, LOCKOUT_POLICY).of(KEY, 'css', () => undefined);
    await lockout.refused({ ticket: null, ageMs: 0 });
    expect(await lockout.proven({ ticket: null, ageMs: 5_000 })).toBe(true);
    expect(await record()).toMatchObject({ calls: '1', refusals: '1' });
    await clock.pass(10, redis);
    expect(await lockout.proven({ ticket: null, ageMs: 0 })).toBe(true);
    expect(await keys()).toEqual([]);
  });
});

describe('a replica that is restarted', () => {
  it('backs off like the others with the same secret, and tries another at once', async () => {
    const upstream = new Upstream();
    await demandFor(120_000, upstream);
    const restarted = only(await start(1));
    const before = upstream.arrived;
    await expect(pass(restarted, upstream.call)).rejects.toMatchObject({ reason: 'UNAUTHORIZED' });
    expect(upstream.arrived).toBe(before);

    upstream.accepts = true;
    const renewed = only(await start(1));
    const gate = renewed.gates.gateOf({ ...KEY, secret: ['right-secret'] }, 'css');
    expect(await gate.pass(OPEN, upstream.call)).toBe('answer');
  });

  it('learns how long the backoff still lasts', async () => {
    const upstream = new Upstream();
    await expect(pass(first(), upstream.call)).rejects.toMatchObject({ retryAfterMs: null });
    // By now it rests for so long that no busy machine sees the end of it.
    await demandFor(120_000, upstream);
    const restarted = only(await start(1));
    const error: unknown = await pass(restarted, upstream.call).catch((reason: unknown) => reason);
    const { retryAfterMs } = error as UpstreamError;
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(HOUR_MS);
  });
});

describe('the record of a credential in Redis', () => {
  it('has neither its secret nor a fast digest of it, and expires about an hour after the last rejection', async () => {
    await expect(pass(first(), new Upstream().call)).rejects.toMatchObject({ reason: 'UNAUTHORIZED' });
    const [key = '', ...others] = await keys();
    expect(others).toEqual([]);
    expect(key).toMatch(/^test:1:lockout:[\w-]{22}$/);
    const shown = JSON.stringify([key, await record()]);
    const known = [KEY.account, KEY.secret, [KEY.account, KEY.secret]].map((part) => JSON.stringify(part));
    const digests = [...known, 'wrong-secret'].flatMap((text) =>
      (['hex', 'base64url'] as const).map((form) =>
        createHash('sha256').update(text).digest(form).slice(0, 22),
      ),
    );
    for (const word of ['AK', 'secret', ...digests]) expect(shown).not.toContain(word);
    const leftMs = await redis.command((commands) => commands.pttl(key));
    expect(leftMs).toBeGreaterThan(HOUR_MS);
    expect(leftMs).toBeLessThanOrEqual(HOUR_MS + 600_000);
  });

  const farMs = String(Date.now() + 30 * 24 * HOUR_MS);
  it.each<[string, readonly string[], number]>([
    ['a text', ['SET', 'nonsense'], HOUR_MS],
    ['a list', ['RPUSH', 'a'], HOUR_MS],
    ['a record without an end', ['HSET', 'calls', '9', 'until', String(Date.now() + HOUR_MS)], 0],
    ['one that ends in a year', ['HSET', 'until', String(Date.now() + HOUR_MS)], 365 * 24 * HOUR_MS],
    ['a pause without end', ['HSET', 'until', farMs], HOUR_MS],
    ['tickets that never end', ['HSET', 'calls', '1', 'ticket:a', farMs, 'ticket:b', farMs], HOUR_MS],
    ['words for numbers', ['HSET', 'until', 'nan', 'calls', 'inf'], HOUR_MS],
    ['numbers below zero', ['HSET', 'calls', '-3'], HOUR_MS],
  ])('is removed when the gateway has not written it: %s', async (_, [command = '', ...values], lifeMs) => {
    await expect(pass(first(), new Upstream().call)).rejects.toMatchObject({ reason: 'UNAUTHORIZED' });
    const [key = ''] = await keys();
    await redis.command(async (commands) => {
      await commands.del(key);
      await commands.call(command, key, ...values);
      if (lifeMs > 0) await commands.pexpire(key, lifeMs);
    });
    const fresh = only(await start(1));
    expect(await pass(fresh, () => Promise.resolve('answer'))).toBe('answer');
    expect(await keys()).toEqual([]);
  });
});

describe('in a Redis Cluster', () => {
  it('a rejection applies to all replicas, and its message arrives', async () => {
    const cluster = await startRedisCluster();
    const opened = await openLockouts(cluster.url, 2);
    try {
      const gates = opened.map(({ lockouts }) => new CredentialGates(clockOf(clock.now), lockouts));
      const [one, other] = gates.map((each) => each.gateOf(KEY, 'css'));
      expect(await one?.pass(OPEN, () => Promise.resolve('answer'))).toBe('answer');
      expect(await other?.pass(OPEN, () => Promise.resolve('answer'))).toBe('answer');
      clock.nowMs += 10;
      await expect(one?.pass(OPEN, new Upstream().call)).rejects.toMatchObject({ reason: 'UNAUTHORIZED' });
      const idle = (): Promise<string> => Promise.reject(new UpstreamError('TIMEOUT'));
      await until(async () => {
        const error: unknown = await other?.pass(OPEN, idle).catch((reason: unknown) => reason);
        return error instanceof UpstreamError && error.reason === 'UNAUTHORIZED';
      });
    } finally {
      await Promise.all(opened.map(({ link }) => link.close()));
      await cluster.stop();
    }
  });
});

describe('without Redis', () => {
  afterEach(async () => {
    redis.resume();
    if (redis.isAway) await redis.start();
    await until(() => four.every(({ link }) => link.status.state === 'up'));
  });

  it.each(['killed', 'hung'])('each replica counts for itself while it is %s', async (way) => {
    const upstream = new Upstream();
    replicas = [];
    await start(4, SCANT);
    await outcomesOf(upstream.call);
    if (way === 'killed') await redis.kill();
    else redis.pause();
    await Promise.allSettled(replicas.map(({ link }) => link.run((commands) => commands.ping())));
    expect(replicas.map(({ link }) => link.status.state)).toEqual(replicas.map(() => 'down'));
    await demandFor(2 * HOUR_MS, upstream);
    expect(upstream.mostRefusedAnHour()).toBeGreaterThan(5);
    expect(upstream.mostRefusedAnHour()).toBeLessThanOrEqual(4 * 5);
    upstream.accepts = true;
    clock.nowMs += HOUR_MS;
    expect(await outcomesOf(upstream.call)).toEqual(replicas.map(() => 'answer'));
  });

  it('the count is shared again once it is back', async () => {
    await outcomesOf(new Upstream().call);
    await redis.kill();
    await until(() => replicas.every(({ link }) => link.status.state === 'down'));
    await redis.start();
    await until(() => replicas.every(({ link }) => link.status.state === 'up'));
    clock.nowMs += HOUR_MS;
    const upstream = new Upstream();
    await demandFor(HOUR_MS, upstream);
    expect(upstream.refusedAt.length).toBeGreaterThanOrEqual(4);
    expect(upstream.refusedAt.length).toBeLessThanOrEqual(5);
  });
});

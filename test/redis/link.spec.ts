import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IoredisLink, LinkObserver } from '@/redis/ioredis-link.js';
import { AMPLE, linkTo as openLink, SCANT } from '../support/redis-link.js';
import { EVERY_RIGHT } from '../support/redis-rights.js';
import { sparePort, startRedis, startRedisCluster, startSentinel, until } from '../support/redis.js';
import type { TestCluster, TestRedis, TestSentinel } from '../support/redis.js';
import { startTlsRedis } from './redis-tls.js';

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

/** Remembers what the link tells. */
class Record implements LinkObserver {
  readonly events: string[] = [];
  readonly failures: string[] = [];
  readonly commands: string[] = [];

  foundDown(code: string): void {
    this.events.push(`down ${code}`);
  }

  cameBack(): void {
    this.events.push('back');
  }

  failed(code: string): void {
    this.failures.push(code);
  }

  ran(kind: string, durationMs: number): void {
    this.commands.push(`${kind} ${durationMs >= 0}`);
  }

  /** Without attempts that took too long: on a busy machine there may be some in every outage. */
  get changes(): readonly string[] {
    return this.events.filter((event) => event !== 'down TIMEOUT');
  }
}

function linkTo(url: string, observer: LinkObserver = new Record(), bounds = AMPLE): IoredisLink {
  const link = openLink(url, { observer, bounds });
  ends.push(() => link.close());
  return link;
}

async function redis(args: readonly string[] = []): Promise<TestRedis> {
  // Its tests run commands of their own, on keys of any name.
  const server = await startRedis(args, EVERY_RIGHT);
  ends.push(() => server.stop());
  return server;
}

/** So many commands with much to carry share the connection. */
const AT_ONCE = 8;

async function isUp(link: IoredisLink): Promise<void> {
  await until(() => link.status.state === 'up');
}

async function isDown(link: IoredisLink, code: string): Promise<void> {
  await until(() => link.status.code === code);
}

async function works(link: IoredisLink): Promise<void> {
  const value = randomBytes(8).toString('hex');
  await link.run((commands) => commands.set(`${link.prefix}:value`, value));
  expect(await link.run((commands) => commands.get(`${link.prefix}:value`), 'bulk')).toBe(value);
}

/** Publishes until a message arrives: what was published while nobody listened is lost. */
async function hears(link: IoredisLink, heard: readonly string[], word: string): Promise<void> {
  await until(async () => {
    await link.run((commands) => commands.publish('news', word));
    return heard.includes(word);
  });
}

function listen(link: IoredisLink): string[] {
  const heard: string[] = [];
  link.subscribe('news', (message) => heard.push(message.toString()));
  return heard;
}

describe('a link to a Redis that runs', () => {
  it('is down until it has connected, then up, and reports it', async () => {
    const record = new Record();
    const link = linkTo((await redis()).url, record);
    let ups = 0;
    link.onUp(() => (ups += 1));
    expect(link.status).toMatchObject({ state: 'down', code: 'CONNECTING' });
    await expect(link.run((commands) => commands.ping())).rejects.toMatchObject({ code: 'CONNECTING' });
    await link.ready(100_000);
    expect(link.status).toMatchObject({ state: 'up', code: null });
    await works(link);
    expect(record).toMatchObject({ events: [], failures: ['CONNECTING'] });
    expect(ups).toBe(1);
  });

  it('leaves no key behind', async () => {
    const server = await redis();
    await linkTo(server.url).ready(100_000);
    expect(await server.command((commands) => commands.dbsize())).toBe(0);
  });

  it('uses a connection of its own for large values', async () => {
    const link = linkTo((await redis()).url);
    await link.ready(100_000);
    const much = randomBytes(20_000_000);
    await link.run((commands) => commands.set('much', much), 'bulk');
    const [read, id, otherId] = await Promise.all([
      link.run((commands) => commands.getBuffer('much'), 'bulk'),
      link.run((commands) => commands.call('CLIENT', 'ID'), 'bulk'),
      link.run((commands) => commands.call('CLIENT', 'ID')),
    ]);
    expect(read?.equals(much)).toBe(true);
    expect(id).not.toBe(otherId);
  });

  it('does not treat Redis as slow where many long commands share a connection', async () => {
    const server = await redis();
    const BUSY = 'for turn = 1, 2000000 do end return 1';
    const many = (link: IoredisLink, count: number): Promise<unknown[]> =>
      Promise.all(
        Array.from({ length: count }, () => link.run((commands) => commands.eval(BUSY, 0), 'bulk')),
      );
    const usual = linkTo(server.url);
    await isUp(usual);
    const beganMs = performance.now();
    await many(usual, AT_ONCE);
    // More than those at once take, and much less than all together, on a slow machine as well.
    const bulkMs = 6 * (performance.now() - beganMs);

    const observer = new Record();
    const link = linkTo(server.url, observer, { ...AMPLE, bulkMs });
    await isUp(link);
    expect(await many(link, 50 * AT_ONCE)).toEqual(Array.from({ length: 50 * AT_ONCE }, () => 1));
    expect(observer.events).not.toContain('down TIMEOUT');
  });

  it('delivers messages as they were sent', async () => {
    const link = linkTo((await redis()).url);
    const heard: Buffer[] = [];
    link.subscribe('news', (message) => heard.push(message));
    await link.ready(100_000);
    const late: Buffer[] = [];
    link.subscribe('later', (message) => late.push(message));
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await link.run((commands) => commands.publish('news', bytes));
    await until(async () => {
      await link.run((commands) => commands.publish('later', bytes));
      return late.length > 0;
    });
    expect([heard[0], late[0]]).toEqual([bytes, bytes]);
  });

  it('stays up after an error about one key or one script', async () => {
    const record = new Record();
    const link = linkTo((await redis()).url, record);
    await link.ready(100_000);
    await link.run((commands) => commands.set('text', 'a'));
    await expect(link.run((commands) => commands.incr('text'))).rejects.toMatchObject({ code: 'ERR' });
    await expect(link.run((commands) => commands.hgetall('text'))).rejects.toMatchObject({
      code: 'WRONGTYPE',
      message: 'Redis is not usable: WRONGTYPE',
    });
    await expect(link.run(() => Promise.reject(new Error('ours')))).rejects.toMatchObject({ code: 'OTHER' });
    expect(link.status.state).toBe('up');
    expect(record).toMatchObject({ events: [], failures: ['ERR', 'WRONGTYPE', 'OTHER'] });
    // Also those that failed took their time.
    expect(record.commands).toEqual(Array.from({ length: 4 }, () => 'short true'));
  });

  it('does not treat Redis as hung when the process itself was stalled', async () => {
    const link = linkTo((await redis()).url);
    await link.ready(100_000);
    const answer = link.run((commands) => commands.ping());
    const endMs = performance.now() + 600;
    while (performance.now() < endMs);
    expect(await answer).toBe('PONG');
  });

  it('leaves no connection when it is closed', async () => {
    const server = await redis();
    const link = linkTo(server.url);
    await link.ready(100_000);
    await link.close();
    await until(async () => {
      const list = String(await server.command((commands) => commands.call('CLIENT', 'LIST')));
      return list.trim().split('\n').length === 1;
    });
    await expect(link.run((commands) => commands.ping())).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('a Redis that fails', () => {
  it('may be down at the start', async () => {
    const server = await redis();
    await server.kill();
    const record = new Record();
    const link = linkTo(server.url, record);
    await link.ready(50);
    await isDown(link, 'UNREACHABLE');
    await expect(link.run((commands) => commands.ping())).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await server.start();
    await isUp(link);
    await works(link);
    expect(record.changes).toEqual(['down UNREACHABLE', 'back']);
  });

  it('is reported once for each cause while it is down', async () => {
    const server = await redis();
    const record = new Record();
    const link = linkTo(server.url, record);
    await link.ready(100_000);
    await server.kill();
    await isDown(link, 'UNREACHABLE');
    await server.start();
    await server.command((commands) => commands.config('SET', 'requirepass', 'right'));
    await isDown(link, 'NOAUTH');
    await server.kill();
    await isDown(link, 'UNREACHABLE');
    await server.start();
    await isUp(link);
    expect(record.changes).toEqual(['down UNREACHABLE', 'down NOAUTH', 'back']);
  });

  it('is used again, for commands and messages, after it was killed', async () => {
    const server = await redis();
    const record = new Record();
    const link = linkTo(server.url, record);
    const heard = listen(link);
    await link.ready(100_000);
    await hears(link, heard, 'before');
    await server.kill();
    await isDown(link, 'UNREACHABLE');
    await server.start();
    await isUp(link);
    await works(link);
    await hears(link, heard, 'after');
    expect(record.changes).toEqual(['down UNREACHABLE', 'back']);
  });

  it('delays no command for long while it hangs, and is used again when it continues', async () => {
    const server = await redis();
    const link = linkTo(server.url, new Record(), SCANT);
    const heard = listen(link);
    await link.ready(100_000);
    await link.run((commands) => commands.set('a', 'late'));
    server.pause();
    const hung = [1, 2, 3].map(() => link.run((commands) => commands.get('a')));
    for (const outcome of await Promise.allSettled(hung)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'Error' } });
    }
    expect(link.status).toMatchObject({ state: 'down', code: 'TIMEOUT' });
    await expect(link.run((commands) => commands.get('a'))).rejects.toMatchObject({ code: 'TIMEOUT' });
    server.resume();
    await isUp(link);
    await works(link);
    await hears(link, heard, 'after');
  });

  it('is noticed without a command', async () => {
    const server = await redis();
    const link = linkTo(server.url, new Record(), SCANT);
    await link.ready(100_000);
    server.pause();
    await isDown(link, 'TIMEOUT');
    server.resume();
    await isUp(link);
  });

  it('lets a link be closed while it hangs or is down', async () => {
    const server = await redis();
    const link = linkTo(server.url);
    await link.ready(100_000);
    server.pause();
    await link.close();
    const other = linkTo(server.url);
    await other.close();
    server.resume();
    const absent = linkTo(`redis://127.0.0.1:${await sparePort()}`);
    await absent.close();
    expect([link, other, absent].map(({ status }) => status.code)).toEqual(['CLOSED', 'CLOSED', 'CLOSED']);
  });

  it.each<[string, string[], string[]]>([
    ['OOM', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    ['READONLY', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
    [
      'NOREPLICAS',
      ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
    ],
  ])('is down as long as it refuses with %s', async (code, begin, end) => {
    const server = await redis();
    const record = new Record();
    const link = linkTo(server.url, record);
    await link.ready(100_000);
    const call = ([name = '', ...args]: string[]): Promise<unknown> =>
      server.command((commands) => commands.call(name, ...args));
    await call(begin);
    await expect(link.run((commands) => commands.set('a', 'b'))).rejects.toMatchObject({ code });
    expect(link.status).toMatchObject({ state: 'down', code });
    await call(end);
    await isUp(link);
    await works(link);
    expect(record.changes).toEqual([`down ${code}`, 'back']);
  });

  it.each([
    ['', 'NOAUTH'],
    [':wrong@', 'WRONGPASS'],
    ['reader:pw@', 'LACKING'],
  ])('with a password is down for the login %j: %s', async (login, code) => {
    const server = await redis();
    await server.command((commands) =>
      commands.call('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+get', '+ping'),
    );
    await server.command((commands) => commands.config('SET', 'requirepass', 'right'));
    const link = linkTo(server.url.replace('//', `//${login}`));
    await isDown(link, code);
    await link.close();
    const right = linkTo(server.url.replace('//', '//:right@'));
    await right.ready(100_000);
    await works(right);
  });
});

async function subscribedNode({ nodes }: TestCluster): Promise<TestRedis> {
  for (const node of nodes) {
    const list = await node.command((commands) => commands.call('CLIENT', 'LIST', 'TYPE', 'PUBSUB'));
    if (String(list).trim() !== '') return node;
  }
  throw new Error('nobody has subscribed');
}

describe('the address of a Redis', () => {
  it('may have a password that the server does not require', async () => {
    const link = linkTo((await redis()).url.replace('//', '//:any@'));
    await link.ready(100_000);
    await works(link);
  });

  it('may name a database', async () => {
    const server = await redis();
    const link = linkTo(`${server.url}/3`);
    await link.ready(100_000);
    await link.run((commands) => commands.set('a', 'b'));
    expect(await server.command((commands) => commands.call('INFO', 'keyspace'))).toContain('db3:keys=1');
  });
});

describe('a Redis Cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster(EVERY_RIGHT);
  });
  afterAll(() => cluster.stop());

  it('is used over all its nodes, and again after one was killed', async () => {
    const link = linkTo(cluster.url);
    const heard = listen(link);
    await link.ready(100_000);
    const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`);
    await Promise.all(keys.map((key) => link.run((commands) => commands.set(key, key))));
    await hears(link, heard, 'before');
    const node = await subscribedNode(cluster);
    await node.kill();
    await until(() => link.status.state === 'down');
    await node.start();
    await isUp(link);
    await hears(link, heard, 'after');
    await Promise.all(keys.map((key) => link.run((commands) => commands.set(key, key), 'bulk')));
  });

  it('is down while one of its nodes hangs', async () => {
    const link = linkTo(cluster.url, new Record(), SCANT);
    await link.ready(100_000);
    cluster.nodes[1]?.pause();
    await until(async () => {
      await link.run((commands) => commands.set(randomBytes(4).toString('hex'), '')).catch(() => null);
      return link.status.state === 'down';
    });
    cluster.nodes[1]?.resume();
    await isUp(link);
    await works(link);
  });

  it('that was taken for a single server is never used', async () => {
    const link = linkTo(cluster.nodes[0]?.url ?? '');
    await isDown(link, 'MOVED');
  });
});

describe('a Redis behind Sentinels', () => {
  let sentinel: TestSentinel;
  beforeAll(async () => {
    sentinel = await startSentinel();
  });
  afterAll(() => sentinel.stop());

  it('is down while no Sentinel answers or knows the master', async () => {
    await isDown(linkTo(sentinel.url.replace('#main', '#other')), 'UNREACHABLE');
    await isDown(linkTo(`redis-sentinel://127.0.0.1:${await sparePort()}#main`), 'UNREACHABLE');
  });

  it('is used again after a failover to a replica', async () => {
    const link = linkTo(sentinel.url);
    const heard = listen(link);
    await link.ready(100_000);
    await works(link);
    await sentinel.master.kill();
    await until(() => link.status.state === 'down');
    await isUp(link);
    await works(link);
    await hears(link, heard, 'after');
  });
});

describe('a Redis behind TLS', () => {
  it('is used only when its certificate is trusted', async () => {
    const server = await startTlsRedis();
    ends.push(server.stop);
    const strict = Array.from({ length: 8 }, () => linkTo(server.url));
    await Promise.all(strict.map((link) => isDown(link, 'TLS')));
    server.trust();
    const link = linkTo(server.url);
    await link.ready(100_000);
    await works(link);
  });
});

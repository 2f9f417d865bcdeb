import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { redisProgram } from './redis-program.js';
import { ADMIN, EVERY_RIGHT, rightsArgs } from './redis-rights.js';

/** A prefix for the keys of one test in a real Redis. */
export interface RedisNamespace {
  readonly url: string;
  /** Before every key, so that tests do not share keys. */
  readonly prefix: string;
  readonly stop: () => Promise<void>;
}

/** In the Redis of `REDIS_URL`, else in one that is started for it. */
export async function redisNamespace(): Promise<RedisNamespace> {
  const prefix = `test-${randomUUID()}`;
  const url = process.env.REDIS_URL;
  if (url !== undefined && url !== '') return { url, prefix, stop: () => Promise.resolve() };
  const redis = await startRedis();
  return { url: redis.url, prefix, stop: () => redis.stop() };
}

/**
 * Starts a server of its own on a spare port, with nothing in it. `args` are added to its command line. Its default
 * user has the rights that the documentation asks for, unless `rights` says otherwise.
 */
export async function startRedis(
  args: readonly string[] = [],
  rights: readonly string[] = rightsArgs(),
): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-redis-'));
  const port = await sparePort();
  const redis = new TestRedis(port, folder, [
    ...['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
    ...rights,
    ...args,
  ]);
  await redis.start();
  return redis;
}

/** A real server that a test may kill, pause and restart. */
export class TestRedis {
  #process: ChildProcess | null = null;
  #connection: Redis | null = null;
  #isPaused = false;

  constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly args: readonly string[],
  ) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, again on the same port after `kill`; resolves when it answers. */
  async start(): Promise<void> {
    const { command, env } = redisProgram();
    const started = spawn(command, [...this.args], { env, stdio: 'ignore' });
    this.#process = started;
    const failed = new Promise<never>((_, reject) => {
      started.once('exit', (code) => {
        reject(new Error(`redis-server ${this.args.join(' ')} ended with ${String(code)}`));
      });
    });
    await Promise.race([this.#answers(), failed]);
    failed.catch(() => undefined);
  }

  /** Kills it. What it held is lost. */
  async kill(): Promise<void> {
    this.#connection?.disconnect();
    this.#connection = null;
    const running = this.#process;
    if (running === null) return;
    this.#process = null;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }

  /** True while it is killed or paused. */
  get isAway(): boolean {
    return this.#process === null || this.#isPaused;
  }

  /** Keeps its connections open, and answers nothing until `resume`. */
  pause(): void {
    this.#isPaused = true;
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#isPaused = false;
    this.#process?.kill('SIGCONT');
  }

  /** Ends it and removes its folder. Throws when a gateway has tried what it has no right to. */
  async stop(): Promise<void> {
    const denied = this.#process === null ? [] : await this.#denied();
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
    if (denied.length > 0) throw new Error(`not permitted: ${denied.join('; ')}`);
  }

  /** What the default user was denied; nothing where the server does not answer. */
  async #denied(): Promise<string[]> {
    const redis = new Redis({ ...ADMIN, port: this.port, retryStrategy: () => null, commandTimeout: 2_000 });
    redis.on('error', () => undefined);
    const log = await redis.call('ACL', 'LOG').catch(() => []);
    redis.disconnect();
    const entries = (log as string[][]).map((entry) => entry.map(String));
    const ofCommands = entries.filter((entry) => !entry.includes('auth') && entry.includes('default'));
    return ofCommands.map((entry) => entry.join(' '));
  }

  /** Runs commands over a connection of the test's own, which is kept until `kill`. */
  command<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    this.#connection ??= new Redis(this.url, {
      ...ADMIN,
      retryStrategy: () => 20,
      maxRetriesPerRequest: 250,
    }).on('error', () => undefined);
    return work(this.#connection);
  }

  /** Any answer will do, a refusal to a caller without a password too. */
  async #answers(): Promise<void> {
    await this.command((redis) =>
      redis.call('ECHO', 'ready').catch((error: unknown) => {
        if (!(error instanceof Error) || error.name !== 'ReplyError') throw error;
      }),
    );
  }
}

/** Three nodes without replicas that share the slots. */
export interface TestCluster {
  /** `redis-cluster://` with the addresses of all nodes. */
  readonly url: string;
  readonly nodes: readonly TestRedis[];
  readonly stop: () => Promise<void>;
}

const SLOT_RANGES = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;

const CLUSTER_RIGHTS = rightsArgs(['+cluster|slots', '+client|setname', '+asking']);

/** Starts a cluster of three nodes; resolves when every node sees all of it. */
export async function startRedisCluster(rights = CLUSTER_RIGHTS): Promise<TestCluster> {
  const busPorts = await Promise.all(SLOT_RANGES.map(() => sparePort()));
  const nodes = await Promise.all(busPorts.map((busPort) => startRedis(clusterArgs(busPort), rights)));
  const [first] = nodes;
  for (const [index, node] of nodes.entries()) {
    await node.command(async (redis) => {
      const [from = 0, to = 0] = SLOT_RANGES[index] ?? [];
      await redis.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
      if (first === undefined || node === first) return;
      await redis.call('CLUSTER', 'MEET', '127.0.0.1', first.port, busPorts[0] ?? 0);
    });
  }
  await Promise.all(nodes.map(seesWholeCluster));
  return {
    url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

function clusterArgs(busPort: number): string[] {
  return ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '1000'];
}

async function seesWholeCluster(node: TestRedis): Promise<void> {
  await until(async () => {
    const info = await node.command((redis) => redis.cluster('INFO'));
    return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
  });
}

/** A master with one replica, watched by one Sentinel that puts the replica in its place when it is gone. */
export interface TestSentinel {
  /** `redis-sentinel://` with the Sentinel's address and the master's name. */
  readonly url: string;
  readonly master: TestRedis;
  readonly replica: TestRedis;
  readonly stop: () => Promise<void>;
}

export async function startSentinel(password: string | null = null): Promise<TestSentinel> {
  const master = await startRedis([], EVERY_RIGHT);
  const replica = await startRedis(['--replicaof', '127.0.0.1', String(master.port)], EVERY_RIGHT);
  const folder = mkdtempSync(join(tmpdir(), 'tributary-sentinel-'));
  const port = await sparePort();
  const file = join(folder, 'sentinel.conf');
  writeFileSync(file, sentinelConfig(port, master.port, password));
  const sentinel = new TestRedis(port, folder, [file, '--sentinel']);
  await sentinel.start();
  await until(async () => {
    const replicas = await sentinel.command((redis) => redis.call('SENTINEL', 'REPLICAS', 'main'));
    return Array.isArray(replicas) && replicas.length === 1;
  });
  return {
    url: `redis-sentinel://127.0.0.1:${port}#main`,
    master,
    replica,
    stop: async () => {
      await Promise.all([sentinel, master, replica].map((redis) => redis.stop()));
    },
  };
}

function sentinelConfig(port: number, masterPort: number, password: string | null): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor main 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 2000',
    `user ${ADMIN.username} on >${ADMIN.password} ~* &* +@all`,
    ...(password === null ? [] : [`requirepass ${password}`]),
    '',
  ].join('\n');
}

/**
 * Waits until a condition holds, and looks less often the longer it takes; throws when it has not after 100 seconds, so
 * long that no busy machine needs it.
 */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const beganMs = performance.now();
  while (!(await condition())) {
    const waitedMs = performance.now() - beganMs;
    if (waitedMs > 100_000) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(waitedMs / 10, 5), 100)));
  }
}

/** Below the ports that systems give to outgoing connections, so that a server finds its port free again after a stop. */
const [FIRST_PORT, LAST_PORT] = [10_000, 29_999];

/** A port on loopback that nothing listens on now. */
export async function sparePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { loadConfig } from '@/config/load-config.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { urlVariables } from '@/simulator/simulator.js';
import { runGateway, startSimulator, type RunningGateway, type Simulator } from './gateway.js';
import { Caller, Load, type LoadSettings } from './load.js';
import { startRedis, startRedisCluster, type TestCluster, type TestRedis } from './redis.js';
import { Replica, usesRedis } from './replica.js';

/** How the gateways of a test are configured: the keys of the file. */
export interface ReplicaSettings {
  readonly cache?: Readonly<Record<string, string>>;
  readonly server?: Readonly<Record<string, string | number>>;
  readonly window?: string;
  /** Laid over every source. */
  readonly source?: Readonly<Record<string, string | number>>;
}

/** A gateway wherever it runs. */
type HasUrl = Pick<Replica, 'url'>;

type SimulatorOptions = NonNullable<Parameters<typeof startSimulator>[0]>;

/** Feeds of all four providers that are read in a few calls each, and rows that do not change. */
export const SMALL = {
  fleet: {
    cssClusters: 2,
    cssRowsPerCluster: 30,
    cbrRows: 120,
    cceClusters: 2,
    cceRowsPerCluster: 20,
    ocpTenants: 3,
  },
  life: { rate: 0 },
} satisfies SimulatorOptions;

/** Everything that a test starts; `clear` stops it, last first. */
export class TestSetup {
  readonly #stops: (() => unknown)[] = [];
  readonly #redises: TestRedis[] = [];

  async simulator(options: SimulatorOptions = SMALL): Promise<Simulator> {
    const simulator = await startSimulator(options);
    this.#stops.push(() => simulator.stop());
    return simulator;
  }

  async redis(args: readonly string[] = []): Promise<TestRedis> {
    const redis = await startRedis(args);
    this.#stops.push(() => redis.stop());
    this.#redises.push(redis);
    return redis;
  }

  async cluster(): Promise<TestCluster> {
    const cluster = await startRedisCluster();
    this.#stops.push(cluster.stop);
    return cluster;
  }

  /** Starts gateways with the same configuration, all at once; resolves when they listen and use a Redis that is there. */
  replicas(count: number, simulator: Simulator, settings: ReplicaSettings): Promise<Replica[]> {
    const file = this.#fileOf(settings);
    const starting = Array.from({ length: count }, async () => {
      const replica = new Replica(file, environment(simulator));
      this.#stops.push(() => replica.stop());
      await replica.listens();
      await this.#usesRedis(replica);
      return replica;
    });
    return Promise.all(starting);
  }

  async replica(simulator: Simulator, settings: ReplicaSettings): Promise<Replica> {
    const [replica] = await this.replicas(1, simulator, settings);
    if (replica === undefined) throw new Error('none was started');
    return replica;
  }

  /** A gateway like the replicas, within the process of the test: it starts sooner, and cannot be killed. */
  async gateway(simulator: Simulator, settings: ReplicaSettings): Promise<RunningGateway> {
    const file = this.#fileOf(settings);
    const config = loadConfig({ file, env: environment(simulator), providers: PROVIDER_SETTINGS });
    const gateway = await runGateway(config);
    this.#stops.push(gateway.stop);
    await this.#usesRedis(gateway);
    return gateway;
  }

  /** Begins to send requests to replicas in turn. */
  load(replicas: readonly HasUrl[], settings: LoadSettings): Load {
    const load = new Load(urlsOf(replicas), settings);
    this.#stops.push(() => load.stop());
    return load;
  }

  /** For single requests to replicas in turn. */
  caller(replicas: readonly HasUrl[]): Caller {
    const caller = new Caller(urlsOf(replicas));
    this.#stops.push(() => {
      caller.close();
    });
    return caller;
  }

  /** Stops something else that a test has started. */
  onClear(stop: () => unknown): void {
    this.#stops.push(stop);
  }

  async clear(): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) await stop();
  }

  async #usesRedis(gateway: HasUrl): Promise<void> {
    if (!this.#redises.some(({ isAway }) => isAway)) await usesRedis(gateway);
  }

  #fileOf(settings: ReplicaSettings): string {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-replicas-'));
    this.#stops.push(() => {
      rmSync(folder, { recursive: true });
    });
    const file = join(folder, 'gateway.yaml');
    writeFileSync(file, stringify(configured(settings)));
    return file;
  }
}

function urlsOf(replicas: readonly HasUrl[]): string[] {
  return replicas.map(({ url }) => url);
}

/** What is used of the demo's configuration. */
interface Demo {
  readonly auth: unknown;
  readonly log: unknown;
  readonly sources: readonly object[];
}

/** The demo's sources, without what it expects of them, with a deadline that a busy machine keeps as well. */
function configured({ server, source, ...rest }: ReplicaSettings): object {
  const text = readFileSync(join(process.cwd(), 'docs/demo.yaml'), 'utf8');
  const { auth, log, sources } = parse(text) as Demo;
  return {
    ...{ auth, log },
    sources: sources.map((each) => ({ ...each, ...source })),
    server: { port: 0, deadline: '60s', ...server },
    ...rest,
  };
}

function environment({ urls }: Simulator): Record<string, string> {
  return {
    TRIBUTARY_LOG_LEVEL: 'info',
    ...urlVariables(urls),
  };
}

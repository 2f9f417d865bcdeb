import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { SERVER_TYPE } from '../../support/backups.js';
import { GatewayProcess } from '../../support/gateway-process.js';
import type { Simulator } from '../../support/gateway.js';
import type { TestRedis } from '../../support/redis.js';

const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';
const RIGHT_TOKEN = 'example-token';

/** What a test may change while the gateway runs. */
interface Changes {
  /** Of the source `locked-out`. */
  readonly token?: string;
  readonly maxResources?: number;
  /** False: a key that does not exist. */
  readonly isValid?: boolean;
}

/** A gateway in a process of its own, with a configuration file that is changed while it runs. */
export class WatchedGateway {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tributary-watched-'));
  #process: GatewayProcess | null = null;

  constructor(
    private readonly simulator: Simulator,
    private readonly redis: TestRedis,
  ) {}

  /** Writes the configuration; all that is not named is as it should be. */
  configure({ token = RIGHT_TOKEN, maxResources = 1_000, isValid = true }: Changes = {}): void {
    writeFileSync(join(this.#folder, 'token'), token);
    const config = { ...this.#config(), metrics: { maxResources }, ...(!isValid && { colour: 'red' }) };
    const file = join(this.#folder, 'new.yaml');
    writeFileSync(file, stringify(config));
    renameSync(file, this.#file);
  }

  /** Starts it; answers where it listens. */
  start(): Promise<string> {
    this.#process = new GatewayProcess(['--config', this.#file]);
    return this.#process.url();
  }

  /** Kills it. */
  async kill(): Promise<void> {
    await this.#process?.stop();
  }

  /** Stands still, with its connections open, until `resume`. */
  pause(): void {
    this.#process?.signal('SIGSTOP');
  }

  resume(): void {
    this.#process?.signal('SIGCONT');
  }

  async clear(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true });
  }

  get #file(): string {
    return join(this.#folder, 'gateway.yaml');
  }

  /** Feeds are read each second, so that an outage is seen soon, and its end. */
  #config(): object {
    const { urls } = this.simulator;
    const swift = { freshFor: '1s', timeout: '2s', rate: '10000/1m' };
    const huawei = (token: string): object => {
      return { ...swift, projectId: PROJECT, credentials: { type: 'token', token } };
    };
    const ocp = { type: 'basic', username: 'admin', password: 'example-password' };
    const daily = { every: '24h', maxDuration: '1h', failuresInARow: 2, maxBlind: '10s' };
    return {
      server: { port: 0, deadline: '500ms', secret: 'a-secret-of-this-test' },
      cache: { redis: this.redis.url },
      auth: 'none',
      sources: [
        { id: 'search-logs', provider: 'huawei-css', endpoint: urls.css, ...huawei(RIGHT_TOKEN) },
        { id: 'server-backups', provider: 'huawei-cbr', endpoint: urls.cbr, ...huawei(RIGHT_TOKEN) },
        { id: 'kubernetes', provider: 'huawei-cce', endpoint: urls.cce, ...huawei(RIGHT_TOKEN) },
        { id: 'locked-out', provider: 'huawei-cce', endpoint: urls.cce, ...huawei('${file:token}') },
        { id: 'oceanbase', provider: 'oceanbase-ocp', endpoint: urls.ocp, ...swift, credentials: ocp },
      ],
      expectations: [
        { name: 'daily', match: { source: ['server-backups', 'search-logs'] }, ...daily },
        { name: 'streams', match: { source: ['oceanbase'], type: ['oceanbase-tenant'] }, lagBelow: '30m' },
      ],
      resources: [
        { source: 'server-backups', type: SERVER_TYPE, id: 'id of new server', name: 'new server' },
      ],
    };
  }
}

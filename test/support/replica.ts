import { GatewayProcess } from './gateway-process.js';
import { ask } from './http.js';
import { until } from './redis.js';

/** A line of a gateway's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
}

interface Health {
  readonly degraded: readonly { readonly part: string }[];
}

/** One of several gateways with the same configuration, in a process of its own. */
export class Replica {
  readonly #process: GatewayProcess;
  readonly #beganMs = performance.now();
  #startedInMs = Number.NaN;
  #url = '';

  constructor(configFile: string, env: Record<string, string>) {
    this.#process = new GatewayProcess(['--config', configFile], env);
  }

  get url(): string {
    return this.#url;
  }

  /** From the start of the process until it listened. */
  get startedInMs(): number {
    return this.#startedInMs;
  }

  /** Resolves when it listens. */
  async listens(): Promise<void> {
    this.#url = await this.#process.url();
    this.#startedInMs = performance.now() - this.#beganMs;
  }

  isWithoutRedis(): Promise<boolean> {
    return isWithoutRedis(this);
  }

  /** The sum of a metric over its labels; null when it is not there. Causes no read of an upstream. */
  async metric(name: string): Promise<number | null> {
    const { text } = await ask(`${this.#url}/metrics`, { 'cache-control': 'only-if-cached' });
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    if (lines.length === 0) return null;
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** What it has logged about Redis at warning level and above, but for what it says of the missing secret. */
  get redisWarnings(): readonly LogLine[] {
    const lines = this.#process.stdout.split('\n').filter((line) => line !== '');
    return lines
      .map((line) => JSON.parse(line) as LogLine)
      .filter(({ level, msg }) => ['warn', 'error', 'fatal'].includes(level) && /redis/i.test(msg))
      .filter(({ msg }) => !msg.startsWith('Redis is trusted'));
  }

  /** Whatever it has written to standard error: nothing, while all is well. */
  get stderr(): string {
    return this.#process.stderr;
  }

  /** Lets it finish what is under way, and balancers notice; with SIGINT at once. Answers its exit code. */
  async terminate(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<number | null> {
    this.#process.signal(signal);
    return this.#process.ended;
  }

  /** Kills it. */
  async kill(): Promise<void> {
    this.#process.signal('SIGKILL');
    await this.#process.ended;
  }

  /** Ends it if it still runs. */
  stop(): Promise<void> {
    return this.#process.stop();
  }
}

/** True while a gateway says itself that it works without Redis. */
export async function isWithoutRedis({ url }: { readonly url: string }): Promise<boolean> {
  const { body } = await ask(`${url}/health/ready`);
  return (body as Health).degraded.some(({ part }) => part === 'redis');
}

/** Resolves when a gateway uses Redis. A start does not wait long for it, and on a busy machine it may be slow to answer. */
export function usesRedis(gateway: { readonly url: string }): Promise<void> {
  return until(async () => !(await isWithoutRedis(gateway)));
}

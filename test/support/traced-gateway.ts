import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlVariables, type Simulator } from '@/simulator/simulator.js';
import { GatewayProcess } from './gateway-process.js';
import { ask, type Answer } from './http.js';
import { keyHash, keyOf } from './keys.js';
import type { OtlpReceiver } from './otlp-receiver.js';
import { type ReceivedSpan } from './otlp-receiver.js';
import { until } from './redis.js';

export const KEY = keyOf('tester');

const AUTH = `auth:\n  apiKeys:\n    - { id: tester, hash: '${keyHash('tester')}', scopes: ['tasks:read', 'sources:read', 'sources:refresh'] }`;

/** Batches leave soon, and spans come as JSON. */
const SOON: Readonly<Record<string, string>> = {
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_BSP_SCHEDULE_DELAY: '20',
};

/** Variables that send a gateway's traces to a receiver. */
export function sendingTo({ url }: OtlpReceiver, more: Record<string, string> = {}): Record<string, string> {
  return { ...SOON, OTEL_EXPORTER_OTLP_ENDPOINT: url, ...more };
}

/** A gateway process in front of a simulator, with the sources of the demo, an API key and these variables. */
export class TracedGateway {
  readonly process: GatewayProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'tributary-traces-'));

  constructor({ urls }: Pick<Simulator, 'urls'>, env: Record<string, string>) {
    const file = join(this.#folder, 'gateway.yaml');
    const demo = readFileSync('docs/demo.yaml', 'utf8');
    const ample = 'cache: { minRefreshInterval: 10ms }\nserver:\n  deadline: 60s';
    writeFileSync(file, demo.replace('auth: none', AUTH).replace('server:', ample));
    this.process = new GatewayProcess(['--config', file], {
      TRIBUTARY_HOST: '127.0.0.1',
      TRIBUTARY_PORT: '0',
      TRIBUTARY_LOG_LEVEL: 'info',
      ...urlVariables(urls),
      ...env,
    });
  }

  async ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return ask(`${await this.process.url()}${path}`, { 'x-api-key': KEY, ...headers });
  }

  /** The lines of its log so far. */
  get log(): Record<string, unknown>[] {
    const lines = this.process.stdout.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async stop(): Promise<void> {
    await this.process.stop();
    rmSync(this.#folder, { recursive: true });
  }
}

/** The first span that fits, as soon as it has come. */
export async function spanOf(
  receiver: OtlpReceiver,
  fits: (span: ReceivedSpan) => boolean,
): Promise<ReceivedSpan> {
  await until(() => receiver.spans.some(fits));
  const [span] = receiver.spans.filter(fits);
  if (span === undefined) throw new Error('it has gone');
  return span;
}

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../../support/http.js';
import { until } from '../../support/redis.js';

const CONFIG = {
  global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
  rule_files: ['rules.yaml'],
  scrape_configs: [
    {
      job_name: 'tributary',
      file_sd_configs: [{ files: ['targets.json'], refresh_interval: '1s' }],
    },
  ],
};

/** An alert as Prometheus has it. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

/** A real Prometheus that scrapes one gateway each second, wherever that listens. */
export class PrometheusServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tributary-prometheus-'));
  readonly #process: ChildProcess;
  #log = '';

  constructor(rules: string) {
    // JSON is YAML.
    writeFileSync(join(this.#folder, 'prometheus.yaml'), JSON.stringify(CONFIG));
    writeFileSync(join(this.#folder, 'rules.yaml'), rules);
    this.watch(null);
    this.#process = spawn('prometheus', [
      `--config.file=${join(this.#folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(this.#folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
    ]);
    this.#process.once('error', () => {
      this.#log += 'it is not installed: apt-get install prometheus';
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
  }

  /** Scrapes what listens at this URL from now on, as the same instance; null: nothing. */
  watch(url: string | null): void {
    const targets = url === null ? [] : [{ targets: [new URL(url).host], labels: { instance: 'gateway' } }];
    const file = join(this.#folder, 'new-targets.json');
    writeFileSync(file, JSON.stringify(targets));
    renameSync(file, join(this.#folder, 'targets.json'));
  }

  /** Resolves when it answers. */
  async ready(): Promise<void> {
    await until(() => this.#address !== null || this.#hasEnded);
    if (this.#hasEnded) throw new Error(`prometheus ended: ${this.#log}`);
    await until(async () => (await ask(`http://${this.#address}/-/ready`)).status === 200);
  }

  async alerts(): Promise<readonly Alert[]> {
    const { body } = await ask(`http://${this.#address}/api/v1/alerts`);
    return (body as { data: { alerts: Alert[] } }).data.alerts;
  }

  /** The value of the first series of an expression; null where there is none. Throws what Prometheus has against it. */
  async value(expression: string): Promise<number | null> {
    const query = new URLSearchParams({ query: expression }).toString();
    const { status, text } = await ask(`http://${this.#address}/api/v1/query?${query}`);
    if (status !== 200) throw new Error(`${expression}: ${text}`);
    const [first] = (JSON.parse(text) as { data: { result: { value: [number, string] }[] } }).data.result;
    return first === undefined ? null : Number(first.value[1]);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    if (!this.#hasEnded) {
      this.#process.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true });
  }

  get #hasEnded(): boolean {
    const { pid, exitCode, signalCode } = this.#process;
    return pid === undefined || exitCode !== null || signalCode !== null;
  }

  /** It takes a free port, and its log tells which. */
  get #address(): string | null {
    return /msg="Listening on".* address=(\S+)/.exec(this.#log)?.[1] ?? null;
  }
}

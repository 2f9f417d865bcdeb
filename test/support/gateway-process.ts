import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './redis.js';

const MAIN = join(process.cwd(), 'build-test/src/main.js');

/** How a process is run, where not as usual. */
export interface ProcessOptions {
  /** A file descriptor to write the log to; it cannot be read here then. */
  readonly stdout?: number;
  /** A shell command that is run first in the same process, such as `ulimit`. */
  readonly before?: string;
}

/** A gateway in a process of its own, with nothing in its environment but PATH, a temporary folder and what it is given. */
export class GatewayProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  stdout = '';
  stderr = '';

  constructor(
    args: readonly string[],
    env: Record<string, string> = {},
    { stdout, before }: ProcessOptions = {},
  ) {
    const command = [process.execPath, MAIN, ...args];
    const [file = '', ...rest] =
      before === undefined ? command : ['sh', '-c', `${before}; exec "$@"`, 'sh', ...command];
    const stdio: StdioOptions = ['ignore', stdout ?? 'pipe', 'pipe'];
    const own = mkdtempSync(join(tmpdir(), 'tributary-process-'));
    this.#child = spawn(file, rest, { env: { PATH: process.env.PATH, TMPDIR: own, ...env }, stdio });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        rmSync(own, { recursive: true });
        resolve(code);
      });
    });
  }

  /** The most memory that it has had so far, as the kernel counts it: Linux only. */
  get peakMemoryBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** Where it listens, as its log says. */
  async url(): Promise<string> {
    const line = await this.logged('listening');
    return (JSON.parse(line) as { url: string }).url;
  }

  /** The first line of the log with a message, as soon as it is there. */
  async logged(message: string): Promise<string> {
    await until(() => this.#line(message) !== undefined || this.#child.exitCode !== null);
    const line = this.#line(message);
    if (line === undefined) throw new Error(`it ended: ${this.stdout}${this.stderr}`);
    return line;
  }

  /** Reads nothing more of what it logs, and lets it know. */
  stopReading(): void {
    this.#child.stdout?.destroy();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends the process if it still runs. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.ended;
  }

  #line(message: string): string | undefined {
    return this.stdout.split('\n').find((line) => line.includes(`"msg":"${message}"`));
  }
}

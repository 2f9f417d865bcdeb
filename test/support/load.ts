import { createHash } from 'node:crypto';
import { Agent, get, type IncomingMessage } from 'node:http';
import { IN_FULL } from './figures.js';
import { Schedule } from './schedule.js';
import type { SentPage } from './tasks.js';

/** What came of one request of a load. */
export interface Answered {
  /** 0 when there was no answer. */
  readonly status: number;
  /** Turned away, because the gateway or its machine has too much to do. */
  readonly isShed: boolean;
  readonly complete: boolean;
  /** What keeps it from being complete: feed, state and reason of each problem. */
  readonly problems: string;
  readonly totalSize: number;
  /** The same for answers with the same tasks in the same order. */
  readonly tasks: string;
  readonly ageSeconds: number | null;
  readonly cacheStatus: string | null;
  /** When it was due, by `performance.now()`. */
  readonly dueMs: number;
  /** From the moment it was due until its last byte. */
  readonly latencyMs: number;
}

export interface LoadSettings {
  readonly perSecond: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Content = Pick<Answered, 'isShed' | 'complete' | 'problems' | 'totalSize' | 'tasks'>;

const USUAL_PATH = '/v1/tasks?pageSize=50';
const NO_CONTENT: Content = { isShed: false, complete: false, problems: '', totalSize: -1, tasks: '' };
const MOST_BODIES = 200;

/** Sends requests to several gateways in turn, and notes what comes back. */
export class Caller {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  /** Most answers are alike: each text is looked at once. */
  readonly #seen = new Map<string, Content>();
  #next = 0;

  constructor(private readonly urls: readonly string[]) {}

  /** So many requests at once, spread evenly. */
  burst(count: number, path = USUAL_PATH): Promise<Answered[]> {
    return Promise.all(Array.from({ length: count }, () => this.call(path, {}, performance.now())));
  }

  /** One request, to the gateway whose turn it is. Never rejects. */
  async call(path: string, headers: Readonly<Record<string, string>>, dueMs: number): Promise<Answered> {
    const url = this.urls[this.#next++ % this.urls.length] ?? '';
    const came = await this.#get(`${url}${path}`, headers).catch(() => null);
    const latencyMs = performance.now() - dueMs;
    if (came === null)
      return { status: 0, ...NO_CONTENT, ageSeconds: null, cacheStatus: null, dueMs, latencyMs };
    const { statusCode = 0, headers: got } = came.message;
    const age = got.age === undefined ? null : Number(got.age);
    const cacheStatus = got['cache-status'] === undefined ? null : String(got['cache-status']);
    const isShed = statusCode === 503 && came.text.includes('/problems/overloaded"');
    const content = statusCode === 200 ? this.#contentOf(came.text) : { ...NO_CONTENT, isShed };
    return { status: statusCode, ...content, ageSeconds: age, cacheStatus, dueMs, latencyMs };
  }

  /** Drops the connections. */
  close(): void {
    this.#agent.destroy();
  }

  #get(
    url: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ message: IncomingMessage; text: string }> {
    return new Promise((resolve, reject) => {
      const request = get(url, { agent: this.#agent, headers: { ...headers } }, (message) => {
        let text = '';
        message.setEncoding('utf8');
        message.on('data', (part: string) => (text += part));
        message.once('error', reject);
        message.once('end', () => {
          resolve({ message, text });
        });
      });
      request.once('error', reject);
    });
  }

  #contentOf(text: string): Content {
    const known = this.#seen.get(text);
    if (known !== undefined) return known;
    const { tasks, totalSize, completeness } = JSON.parse(text) as SentPage;
    const ids = createHash('sha256').update(JSON.stringify(tasks.map(({ id }) => id)));
    const { complete, problems } = completeness;
    const told = problems.map(({ feed, state, reason }) => `${feed} ${state} ${String(reason)}`);
    const content = { isShed: false, complete, problems: told.join(), totalSize, tasks: ids.digest('hex') };
    if (this.#seen.size >= MOST_BODIES) this.#seen.clear();
    this.#seen.set(text, content);
    return content;
  }
}

/** Requests on a schedule that slow answers do not hold up. */
export class Load {
  readonly #caller: Caller;
  readonly #answered: Answered[] = [];
  readonly #schedule: Schedule;

  constructor(urls: readonly string[], { perSecond, path = USUAL_PATH, headers = {} }: LoadSettings) {
    this.#caller = new Caller(urls);
    this.#schedule = new Schedule(perSecond, async (dueMs) => {
      this.#answered.push(await this.#caller.call(path, headers, dueMs));
    });
  }

  /** Ends it, and waits for what is under way. Answers what came of all requests. */
  async stop(): Promise<readonly Answered[]> {
    await this.#schedule.stop();
    this.#caller.close();
    return this.#answered;
  }

  /** How many requests have been answered. */
  get count(): number {
    return this.#answered.length;
  }
}

/**
 * The answers without those to requests that were turned away. A machine that does other work may have too much to do for any load,
 * and that is not what the tests of faults are about. On a quiet machine, where tests run in full, nothing is left out.
 */
export function served(answered: readonly Answered[]): readonly Answered[] {
  return IN_FULL ? answered : answered.filter(({ isShed }) => !isShed);
}

/** The answers whose requests were due in a span of time. */
export function dueWithin(
  answered: readonly Answered[],
  [fromMs, toMs]: readonly [number, number],
): readonly Answered[] {
  return answered.filter(({ dueMs }) => dueMs >= fromMs && dueMs < toMs);
}

/** The latency, in milliseconds, that a share of the answers did not pass. */
export function quantileMs(answered: readonly Answered[], share: number): number {
  const sorted = answered.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

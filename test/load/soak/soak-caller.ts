import { Agent, get } from 'node:http';
import type { SentPage } from '../../support/tasks.js';
import type { Question } from './questions.js';

/** What came of a question. */
export interface Reply {
  /** 0: no answer; null: the caller had left. */
  readonly status: number | null;
  /** Of a list of tasks. */
  readonly page: SentPage | null;
}

const NO_ANSWER: Reply = { status: 0, page: null };
/** Beyond every deadline: who waits so long has no answer. */
const PATIENCE_MS = 20_000;
const LEFT: Reply = { status: null, page: null };

/** Asks one gateway over connections that are kept for two seconds. */
export class SoakCaller {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity, timeout: 2_000 });

  constructor(private readonly url: string) {}

  /** Never rejects. */
  ask({ path, headers, leavesAfterMs }: Question): Promise<Reply> {
    return new Promise((resolve) => {
      const request = get(
        `${this.url}${path}`,
        { agent: this.#agent, headers: { ...headers } },
        (message) => {
          const parts: Buffer[] = [];
          message.on('data', (part: Buffer) => parts.push(part));
          message.once('error', () => {
            resolve(NO_ANSWER);
          });
          message.once('end', () => {
            resolve({ status: message.statusCode ?? 0, page: pageIn(Buffer.concat(parts).toString()) });
          });
        },
      );
      request.once('error', () => {
        resolve(NO_ANSWER);
      });
      if (leavesAfterMs !== null) {
        setTimeout(() => {
          resolve(LEFT);
          request.destroy();
        }, leavesAfterMs);
      }
      const patience = setTimeout(() => request.destroy(), PATIENCE_MS);
      request.once('close', () => {
        clearTimeout(patience);
        resolve(NO_ANSWER);
      });
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function pageIn(text: string): SentPage | null {
  return text.startsWith('{"tasks":') ? (JSON.parse(text) as SentPage) : null;
}

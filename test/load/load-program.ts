import { WireClient, type WireRequest } from './wire-client.js';

/** What kind of question is asked; some have many forms, so that no answer can be remembered. */
export type Question = 'hot page' | 'new filter' | 'mixed';

/** A load on one gateway. */
export interface LoadOrder {
  readonly url: string;
  readonly question: Question;
  readonly connections: number;
  readonly spanMs: number;
  /** Requests a second on a schedule that slow answers do not hold up; null: each connection asks again at once. */
  readonly perSecond: number | null;
}

/** One request: when it was due since the load began, from then until its last byte, and the status (0: no answer). */
export type Sample = readonly [dueMs: number, latencyMs: number, status: number];

const HOT: WireRequest = { path: '/v1/tasks?pageSize=50', headers: '' };
const NO_CACHE: WireRequest = { ...HOT, headers: 'Cache-Control: no-cache\r\n' };

const REQUESTS: Record<Question, () => WireRequest> = {
  'hot page': () => HOT,
  'new filter': () => newFilter(),
  mixed: () => (Math.random() < 0.5 ? HOT : Math.random() < 0.2 ? NO_CACHE : newFilter()),
};

let filters = 0;

/** A filter that was not used before, and that all tasks have to be compared with. */
function newFilter(): WireRequest {
  filters += 1;
  const createdAfter = new Date(process.pid * 100_000 + filters).toISOString();
  return { path: `/v1/tasks?pageSize=50&resourceName=a&createdAfter=${createdAfter}`, headers: '' };
}

/** Does one load and answers what came of each request. */
class Run {
  readonly #client: WireClient;
  readonly #samples: Sample[] = [];
  #beganMs = 0;
  #sent = 0;

  constructor(
    private readonly order: LoadOrder,
    private readonly finished: (samples: readonly Sample[]) => void,
  ) {
    this.#client = new WireClient(order.url, order.connections);
  }

  connect(): Promise<void> {
    return this.#client.connect();
  }

  begin(): void {
    this.#beganMs = performance.now();
    const { perSecond, connections } = this.order;
    if (perSecond === null) for (let each = 0; each < connections; each++) this.#askAgain();
    else this.#askOnSchedule(perSecond);
  }

  #askAgain(): void {
    const dueMs = performance.now() - this.#beganMs;
    if (dueMs > this.order.spanMs) this.#finishWhenAnswered();
    else
      this.#ask(dueMs, () => {
        this.#askAgain();
      });
  }

  #askOnSchedule(perSecond: number): void {
    const timer = setInterval(() => {
      const nowMs = performance.now() - this.#beganMs;
      for (;;) {
        const dueMs = (this.#sent * 1000) / perSecond;
        if (dueMs > nowMs || dueMs > this.order.spanMs) break;
        this.#ask(dueMs, () => undefined);
      }
      if (nowMs < this.order.spanMs) return;
      clearInterval(timer);
      setInterval(() => {
        this.#finishWhenAnswered();
      }, 50);
    }, 1);
  }

  #ask(dueMs: number, then: () => void): void {
    this.#sent += 1;
    this.#client.get(REQUESTS[this.order.question](), (status) => {
      this.#samples.push([dueMs, performance.now() - this.#beganMs - dueMs, status]);
      setImmediate(then);
    });
  }

  #finishWhenAnswered(): void {
    if (this.#samples.length < this.#sent) return;
    this.#client.close();
    this.finished(this.#samples);
  }
}

process.once('message', (order: LoadOrder) => {
  const run = new Run(order, (samples) => process.send?.(samples, () => process.exit(0)));
  process.once('message', () => {
    run.begin();
  });
  void run.connect().then(() => process.send?.('connected'));
});
// Whoever ordered the load is gone, and nobody would stop it.
process.once('disconnect', () => process.exit(1));

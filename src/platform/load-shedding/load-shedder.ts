import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SYSTEM_CLOCK, type Clock } from '@/model/clock.js';
import { OverloadDetector, TARGET_WAIT_MS } from './overload-detector.js';
import type { ShedCause } from './shed-counter.js';

/** Requests that wait or are being answered, at most: each takes memory. */
const MAX_IN_FLIGHT = 10_000;

/** Of these, as many may wait: a burst. When there are more, the oldest are shed. */
const MAX_QUEUE_LENGTH = 1_000;

/** During overload, requests that have waited longer than this are shed. */
const MAX_WAIT_MS = 2 * TARGET_WAIT_MS;

/**
 * While no more wait than this, the oldest is started first and none is shed: they are answered soon, or it is the process
 * that gets no processor time.
 */
const SHORT_QUEUE_LENGTH = 50;

/** In each turn of the event loop, starting requests takes this long at most, and shedding others before that. */
const SERVING_MS = 2;
const SHEDDING_MS = 6;

/** A request that can be answered or refused. */
export interface SheddableRequest {
  readonly response: Pick<ServerResponse, 'closed' | 'once'>;
  /** Starts to answer it. */
  readonly serve: () => void;
  /** Answers it with a 503. */
  readonly shed: (cause: ShedCause) => void;
}

interface WaitingRequest extends SheddableRequest {
  readonly sinceMs: number;
}

/**
 * One queue between the sockets and the application. A turn of the event loop reads all requests that have arrived, but
 * starts only as many as fit into a few milliseconds, so that requests wait here, where their wait is known. The oldest
 * request is started first, or the newest one while many wait and longer than the target (adaptive LIFO): what is answered
 * is then answered soon. During overload, requests that have waited too long are shed, the oldest first.
 */
export class LoadShedder {
  /** The oldest first. */
  readonly #queue: WaitingRequest[] = [];
  readonly #detector = new OverloadDetector();
  #inFlight = 0;
  #isRunning = false;

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'> = SYSTEM_CLOCK) {}

  /** Requests that wait or are being answered. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Serves the request in this turn of the event loop or a later one, or sheds it. Drops it if its client leaves before. */
  add({ response, serve, shed }: SheddableRequest): void {
    if (this.#inFlight >= MAX_IN_FLIGHT) {
      shed('in-flight');
      return;
    }
    this.#inFlight += 1;
    response.once('close', this.#leave);
    this.#queue.push({ response, serve, shed, sinceMs: this.clock.monotonicMs() });
    if (!this.#isRunning) void this.#run();
  }

  readonly #leave = (): void => {
    this.#inFlight -= 1;
  };

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#queue.length > 0) {
      await nextTurn();
      this.#shedSome();
      await this.#serveSome();
    }
    this.#isRunning = false;
  }

  #shedSome(): void {
    const beganMs = this.clock.monotonicMs();
    const isOverloaded = this.#detector.isOverloaded(beganMs, this.#oldestWaitMs(beganMs));
    const isTooLate = (): boolean => this.#isLong && this.#oldestWaitMs(beganMs) > MAX_WAIT_MS;
    while (this.#queue.length > MAX_QUEUE_LENGTH || (isOverloaded && isTooLate())) {
      if (this.clock.monotonicMs() - beganMs >= SHEDDING_MS) return;
      const oldest = this.#queue.shift();
      if (oldest?.response.closed === false) oldest.shed('queue');
    }
  }

  async #serveSome(): Promise<void> {
    const beganMs = this.clock.monotonicMs();
    let nowMs = beganMs;
    while (this.#queue.length > 0 && nowMs - beganMs < SERVING_MS) {
      const isLate = this.#isLong && this.#oldestWaitMs(nowMs) > TARGET_WAIT_MS;
      const next = isLate ? this.#queue.pop() : this.#queue.shift();
      if (next?.response.closed === false) next.serve();
      await promisesSettled();
      nowMs = this.clock.monotonicMs();
    }
  }

  get #isLong(): boolean {
    return this.#queue.length > SHORT_QUEUE_LENGTH;
  }

  #oldestWaitMs(nowMs: number): number {
    const [oldest] = this.#queue;
    return oldest === undefined ? 0 : nowMs - oldest.sinceMs;
  }
}

/** Resolves when all promise reactions that are due have run, without a turn of the event loop. */
function promisesSettled(): Promise<void> {
  // Node empties the queue of promise reactions before it runs the next tick.
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

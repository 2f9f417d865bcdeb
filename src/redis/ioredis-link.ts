import type { Clock } from '@/model/clock.js';
import { stallTolerantTimeout } from '@/scheduling/stall-tolerant-timeout.js';
import type { RedisAddress } from './redis-address.js';
import { faultOf, type Fault } from './redis-fault.js';
import { RedisLink, RedisUnavailable, type Commands, type LinkStatus } from './redis-link.js';
import { COMMAND_BOUNDS, RedisSession, type CommandBounds } from './redis-session.js';

/** Between attempts while Redis is down: from the first to the longest, give or take a fifth. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 800;
/** Between probes while it is up. */
const PROBE_EVERY_MS = 5_000;

/** Is told how the link fares, for the log and for metrics. */
export interface LinkObserver {
  /** Once for each cause while it is down, also before it was ever up. */
  foundDown(code: string, lacking: string | null): void;
  cameBack(downForMs: number): void;
  /** For each `run` that threw, those refused while the link is down included. */
  failed(code: string): void;
  /** For each `run` that was sent, those that threw included. */
  ran(kind: CommandKind, durationMs: number): void;
}

/** Short commands, or those with much to carry. */
type CommandKind = 'short' | 'bulk';

type DownFault = Pick<Fault, 'code' | 'lacking'>;

export interface LinkOptions {
  readonly address: RedisAddress;
  readonly prefix: string;
  readonly clock: Clock;
  readonly observer: LinkObserver;
  /** Absent: half a second, and five for commands with much to carry. */
  readonly bounds?: CommandBounds;
}

/**
 * The link over ioredis. Codes besides Redis's own words: CONNECTING (not tried yet), TIMEOUT, UNREACHABLE,
 * TLS, LACKING (a command that the work needs is not there or not permitted), CLOSED (after `close`) and OTHER.
 */
export class IoredisLink extends RedisLink {
  readonly prefix: string;
  #status: LinkStatus;
  #session: RedisSession | null = null;
  #attempt: RedisSession | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** By the monotonic clock. */
  #downSinceMs: number;
  #pauseMs = FIRST_PAUSE_MS;
  /** The causes that the observer knows of since it was last up. */
  readonly #causes = new Set<string>();
  #closed = false;
  readonly #onUp: (() => void)[] = [];
  readonly #listeners = new Map<string, ((message: Buffer) => void)[]>();

  /** Begins to connect, and returns at once. */
  constructor(private readonly options: LinkOptions) {
    super();
    this.prefix = options.prefix;
    this.#downSinceMs = options.clock.monotonicMs();
    this.#status = { state: 'down', code: 'CONNECTING', lacking: null, sinceMs: options.clock.wallMs() };
    void this.#tryToOpen();
  }

  override get status(): LinkStatus {
    return this.#status;
  }

  override async run<T>(work: (redis: Commands) => Promise<T>, kind: CommandKind = 'short'): Promise<T> {
    const session = this.#session;
    try {
      if (session === null) throw new RedisUnavailable(this.#status.code ?? 'CONNECTING');
      return await this.#timed(kind, () => session.run(work, kind));
    } catch (error) {
      const fault = faultOf(error);
      if (fault.ofRedis && session !== null) this.#drop(session, fault);
      this.options.observer.failed(fault.code);
      throw error instanceof RedisUnavailable ? error : new RedisUnavailable(fault.code);
    }
  }

  override subscribe(channel: string, listener: (message: Buffer) => void): void {
    this.#listeners.set(channel, [...(this.#listeners.get(channel) ?? []), listener]);
    if (this.#session !== null) this.#subscribeMissing(this.#session);
  }

  override onUp(listener: () => void): void {
    this.#onUp.push(listener);
  }

  /** Resolves when the link is up, or after `patienceMs`. */
  ready(patienceMs: number): Promise<void> {
    if (this.#session !== null) return Promise.resolve();
    return new Promise((resolve) => {
      const callOff = stallTolerantTimeout(patienceMs, resolve);
      this.onUp(() => {
        callOff();
        resolve();
      });
    });
  }

  override async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const session = this.#session;
    this.#session = null;
    this.#status = { state: 'down', code: 'CLOSED', lacking: null, sinceMs: this.options.clock.wallMs() };
    this.#attempt?.destroy();
    await session?.quit();
  }

  async #timed<T>(kind: CommandKind, work: () => Promise<T>): Promise<T> {
    const { clock, observer } = this.options;
    const beganMs = clock.monotonicMs();
    try {
      return await work();
    } finally {
      observer.ran(kind, clock.monotonicMs() - beganMs);
    }
  }

  async #tryToOpen(): Promise<void> {
    const { address, prefix, bounds = COMMAND_BOUNDS } = this.options;
    const session: RedisSession = new RedisSession({
      address,
      prefix,
      bounds,
      onLost: (code) => {
        this.#drop(session, { code });
      },
      onMessage: (channel, message) => {
        for (const listener of this.#listeners.get(channel) ?? []) listener(message);
      },
    });
    this.#attempt = session;
    try {
      await session.open(this.#listeners);
      if (this.#attempt === session) this.#goUp(session);
    } catch (error) {
      if (this.#attempt === session) this.#attempt = null;
      session.destroy();
      this.#noteDown(faultOf(error));
    }
  }

  #goUp(session: RedisSession): void {
    this.#attempt = null;
    if (this.#closed) return;
    const { clock } = this.options;
    const downForMs = clock.monotonicMs() - this.#downSinceMs;
    this.#session = session;
    this.#status = { state: 'up', code: null, lacking: null, sinceMs: clock.wallMs() };
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#probeLater(session);
    this.#subscribeMissing(session);
    if (this.#causes.size > 0) this.options.observer.cameBack(downForMs);
    this.#causes.clear();
    for (const listener of this.#onUp) listener();
  }

  #subscribeMissing(session: RedisSession): void {
    session.subscribe(this.#listeners).catch((error: unknown) => {
      this.#drop(session, faultOf(error));
    });
  }

  #probeLater(session: RedisSession): void {
    this.#later(PROBE_EVERY_MS, async () => {
      try {
        await session.probe();
        if (this.#session === session) this.#probeLater(session);
      } catch (error) {
        this.#drop(session, faultOf(error));
      }
    });
  }

  /** Ends the use of a session, once. */
  #drop(session: RedisSession, fault: DownFault): void {
    if (this.#session !== session) return;
    this.#session = null;
    session.destroy();
    this.#noteDown(fault);
  }

  #noteDown({ code, lacking = null }: DownFault): void {
    if (this.#closed) return;
    const { clock } = this.options;
    const wasUp = this.#status.state === 'up';
    if (wasUp) this.#downSinceMs = clock.monotonicMs();
    const sinceMs = wasUp ? clock.wallMs() : this.#status.sinceMs;
    this.#status = { state: 'down', code, lacking, sinceMs };
    this.#later(this.#pauseMs, () => this.#tryToOpen());
    this.#pauseMs = Math.min(this.#pauseMs * 1.25, LONGEST_PAUSE_MS);
    const cause = `${code} ${lacking ?? ''}`;
    if (!this.#causes.has(cause)) this.options.observer.foundDown(code, lacking);
    this.#causes.add(cause);
  }

  #later(pauseMs: number, work: () => Promise<void>): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const jittered = pauseMs * (0.8 + 0.4 * Math.random());
    this.#timer = setTimeout(() => void work(), jittered).unref();
  }
}

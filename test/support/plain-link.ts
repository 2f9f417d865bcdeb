import { Cluster, Redis } from 'ioredis';
import { RedisLink, RedisUnavailable, type Commands, type LinkStatus } from '@/redis/redis-link.js';

/** A link that a test can cut, and whose answers it can lose. */
export class PlainLink extends RedisLink {
  status: LinkStatus = { state: 'up', code: null, lacking: null, sinceMs: 0 };
  readonly #redis: Commands;
  readonly #subscriber: Commands;
  readonly #listeners: (() => void)[] = [];
  #answersToLose = 0;

  private constructor(
    url: string,
    readonly prefix: string,
    login: Login,
  ) {
    super();
    this.#redis = connect(url, login);
    this.#subscriber = connect(url, login);
  }

  /** A link that is up. `url` is `redis://` or `redis-cluster://`. */
  static async to(url: string, prefix: string, login: Login = {}): Promise<PlainLink> {
    const link = new PlainLink(url, prefix, login);
    await Promise.all([link.#redis.ping(), link.#subscriber.ping()]);
    return link;
  }

  async run<T>(work: (redis: Commands) => Promise<T>): Promise<T> {
    if (this.status.state === 'down') throw new RedisUnavailable('DOWN');
    const answer = await work(this.#redis).catch(() => {
      throw new RedisUnavailable('OTHER');
    });
    if (this.#answersToLose === 0) return answer;
    this.#answersToLose -= 1;
    throw new RedisUnavailable('TIMEOUT');
  }

  /** Resolves when Redis has taken the subscriptions made so far. */
  async subscribed(): Promise<void> {
    await this.#subscriber.subscribe(`${this.prefix}:ready`);
  }

  subscribe(channel: string, listener: (message: Buffer) => void): void {
    void this.#subscriber.subscribe(channel);
    this.#subscriber.on('messageBuffer', (from: Buffer, message: Buffer) => {
      if (from.toString() === channel) listener(message);
    });
  }

  onUp(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Commands are done, but the next `count` answers do not arrive. */
  loseAnswers(count: number): void {
    this.#answersToLose = count;
  }

  cut(): void {
    this.status = { state: 'down', code: 'DOWN', lacking: null, sinceMs: 0 };
  }

  restore(): void {
    this.status = { state: 'up', code: null, lacking: null, sinceMs: 0 };
    for (const listener of this.#listeners) listener();
  }

  close(): Promise<void> {
    this.#redis.disconnect();
    this.#subscriber.disconnect();
    return Promise.resolve();
  }
}

/** The default user's when empty. */
type Login = Readonly<Partial<Record<'username' | 'password', string>>>;

function connect(url: string, login: Login): Commands {
  const nodes = url.replace('redis-cluster://', '').split(',');
  const redis = url.startsWith('redis-cluster:')
    ? new Cluster(
        nodes.map((node) => `redis://${node}`),
        { redisOptions: login, enableReadyCheck: false },
      )
    : new Redis(url, { ...login, enableReadyCheck: false });
  redis.on('error', () => undefined);
  return redis;
}

import type { FailedRead, ReadContext } from '@/model/provider.js';
import type { Content, Entry } from '@/snapshots/snapshot-store.js';
import type { CacheableResource, ReadOptions, ReadResult } from './cacheable-resource.js';
import type { SourceDependencies } from './dependencies.js';

/** What names a list, and how often and how long it is read. */
export interface ListSettings {
  /** In the store. */
  readonly name: string;
  readonly feedName: string;
  readonly freshForMs: number;
  readonly minRefreshMs: number;
  readonly timeoutMs: number;
}

/** A list besides the tasks, which the store keeps as one value: how it is read. */
export abstract class ListResource<
  T,
  Told extends { readonly outcome: string },
> implements CacheableResource<T> {
  readonly name: string;
  readonly feedName: string;
  readonly freshForMs: number;
  readonly minRefreshMs: number;
  readonly #timeoutMs: number;
  #calls = 0;

  constructor(
    protected readonly dependencies: SourceDependencies,
    settings: ListSettings,
  ) {
    this.name = settings.name;
    this.feedName = settings.feedName;
    this.freshForMs = settings.freshForMs;
    this.minRefreshMs = settings.minRefreshMs;
    this.#timeoutMs = settings.timeoutMs;
  }

  get calls(): number {
    return this.#calls;
  }

  read({ signals }: ReadOptions): Promise<ReadResult> {
    const { runner, clock } = this.dependencies;
    const onCall = (): void => {
      this.#calls += 1;
    };
    const options = { timeoutMs: this.#timeoutMs, signals, onCall, previous: null };
    return runner.run<ReadResult>(options, async (context) => {
      const read = await this.list(context);
      if ('failure' in read) return { failure: read.failure };
      const { outcome: _, ...told } = read;
      const head = { ...told, fetchTimeMs: clock.wallMs() };
      return { content: { head, rows: [], endedMs: clock.monotonicMs() } satisfies Content };
    });
  }

  abstract decode(entry: Entry, newest: T | null): { value: T; fetchTimeMs: number } | null;

  /** Asks the upstream. What it tells is kept as it is, with the time. */
  protected abstract list(context: ReadContext): Promise<Told | FailedRead>;
}

import type { IncomingHttpHeaders } from 'node:http';
import type { UpstreamName } from './settings.js';

/** A call that an upstream received. */
export interface LoggedCall {
  readonly upstream: UpstreamName;
  /** The cluster id, `operation-logs`, `clusters`, `vaults` or `tenants` for such a listing; null for an unknown path. */
  readonly feed: string | null;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly headers: IncomingHttpHeaders;
  readonly atMs: number;
  /** null until the call is answered, and for good where it never was. */
  status: number | null;
}

/** Only the newest calls are kept in detail; a demo may run for weeks. */
const LONGEST = 20_000;

/** Every call received since the start or the last reset. */
export class CallLog {
  #entries: LoggedCall[] = [];
  readonly #counts = new Map<string, number>();
  readonly #open = new Map<UpstreamName, number>();
  readonly #peaks = new Map<UpstreamName, number>();

  /** The newest calls (10,000 at least), oldest first. */
  get entries(): readonly LoggedCall[] {
    return this.#entries;
  }

  /** How many calls came in, at all, for one upstream, or for one feed of it. */
  count(upstream?: UpstreamName, feed?: string): number {
    return this.#counts.get(countKey(upstream, feed)) ?? 0;
  }

  /** The most calls an upstream had open at once. */
  peak(upstream: UpstreamName): number {
    return this.#peaks.get(upstream) ?? 0;
  }

  reset(): void {
    this.#entries = [];
    this.#counts.clear();
    this.#peaks.clear();
  }

  begin(call: LoggedCall): void {
    this.#entries.push(call);
    if (this.#entries.length > LONGEST) this.#entries.splice(0, LONGEST / 2);
    const keys = [countKey(), countKey(call.upstream)];
    if (call.feed !== null) keys.push(countKey(call.upstream, call.feed));
    for (const key of keys) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    const open = (this.#open.get(call.upstream) ?? 0) + 1;
    this.#open.set(call.upstream, open);
    this.#peaks.set(call.upstream, Math.max(open, this.peak(call.upstream)));
  }

  end(call: LoggedCall): void {
    this.#open.set(call.upstream, (this.#open.get(call.upstream) ?? 1) - 1);
  }
}

function countKey(upstream = '', feed = ''): string {
  return `${upstream}/${feed}`;
}

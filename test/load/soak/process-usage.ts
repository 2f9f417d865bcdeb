import { ask } from '../../support/http.js';

/** What a gateway's process takes up at one moment. */
export interface ProcessUsage {
  readonly 'rss MB': number;
  readonly 'heap MB': number;
  readonly 'external MB': number;
  readonly handles: number;
  readonly timers: number;
  /** Feeds whose state is not FRESH. */
  readonly 'feeds not fresh': number;
}

const MEGABYTE = 1 << 20;

export async function usageOf(url: string): Promise<ProcessUsage> {
  const { text } = await ask(`${url}/metrics`, { 'cache-control': 'only-if-cached' });
  const lines = text.split('\n');
  const value = (name: string): number => {
    const line = lines.find((each) => each.startsWith(`${name} `));
    return line === undefined ? 0 : Number(line.slice(name.length));
  };
  const sum = (name: string): number =>
    lines
      .filter((line) => line.startsWith(`${name}{`))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  return {
    'rss MB': value('process_resident_memory_bytes') / MEGABYTE,
    'heap MB': value('nodejs_heap_size_used_bytes') / MEGABYTE,
    'external MB': value('nodejs_external_memory_bytes') / MEGABYTE,
    handles: sum('nodejs_active_handles'),
    timers: value('nodejs_active_resources{type="Timeout"}'),
    'feeds not fresh': lines.filter((line) => /^tributary_feed_fresh\{.* 0$/.test(line)).length,
  };
}

/** The median of each figure over a part of the samples, from one share of them to another. */
export function medians(
  samples: readonly ProcessUsage[],
  [from, to]: readonly [number, number],
): ProcessUsage {
  const part = samples.slice(Math.floor(from * samples.length), Math.ceil(to * samples.length));
  const median = (name: keyof ProcessUsage): number => {
    const sorted = part.map((sample) => sample[name]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return {
    'rss MB': median('rss MB'),
    'heap MB': median('heap MB'),
    'external MB': median('external MB'),
    handles: median('handles'),
    timers: median('timers'),
    'feeds not fresh': median('feeds not fresh'),
  };
}

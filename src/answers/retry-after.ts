import type { FeedProblem, SourceStatus } from '@/model/collection.js';
import { allFeedsName } from '@/model/feed.js';

/**
 * `Retry-After` of an answer that these feeds are missing from: when the first of them is tried again, in seconds. No header
 * where that is not known, as each request tries anew.
 */
export function retryAfter(
  problems: readonly FeedProblem[],
  sources: readonly SourceStatus[],
  nowMs: number,
): Readonly<Record<string, string>> {
  const times = problems.map(({ feed }) => nextAttemptMs(feed, sources));
  const first = Math.min(...times.map((time) => time ?? Infinity));
  if (first === Infinity) return {};
  return { 'retry-after': String(Math.max(1, Math.ceil((first - nowMs) / 1000))) };
}

function nextAttemptMs(feed: string, sources: readonly SourceStatus[]): number | null {
  const source = sources.find(
    ({ id, feeds }) => feed === allFeedsName(id) || feeds.some((each) => each.feed === feed),
  );
  if (source === undefined) return null;
  const own = source.feeds.find((each) => each.feed === feed)?.circuit.nextProbeTimeMs ?? null;
  const whole = source.circuit.nextProbeTimeMs;
  return own === null || whole === null ? (own ?? whole) : Math.max(own, whole);
}

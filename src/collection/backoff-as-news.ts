import type { Backoff } from '@/snapshots/snapshot-store.js';

/** News takes no longer. */
const LONGEST_NEWS_MS = 5_000;

/** The backoff with times of this replica: what is news happened a moment ago, whatever the other's clock says. */
export function backoffAsNews(backoff: Backoff, nowMs: number): Backoff {
  const agoMs = nowMs - backoff.failedAtMs;
  if (agoMs >= 0 && agoMs <= LONGEST_NEWS_MS) return backoff;
  return { ...backoff, failedAtMs: nowMs, notBeforeMs: nowMs + backoff.notBeforeMs - backoff.failedAtMs };
}

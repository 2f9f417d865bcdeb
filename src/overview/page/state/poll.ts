import { signal } from '@preact/signals';
import { nextRoundMs } from '../pure/backoff.js';
import type { ApiError } from './api.js';
import { wallMs } from './now.js';
import { sessionKey } from './session-key.js';

/** Brings something up to date; answers what went wrong, or null. */
export type Load = () => Promise<ApiError | null>;

const loads = new Set<Load>();
let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
let settling = 0;
let isSettling = (): boolean => false;
let dueAtMs = 0;
let isStarted = false;

/** When the last round ended in which nothing failed; null before it. */
export const lastRoundMs = signal<number | null>(null);
/** When the page asks again after a failure; null while all is well. */
export const nextTryMs = signal<number | null>(null);

/**
 * Loads now, and from now on whenever something may have changed. The only place that knows when that is: every 15 s while
 * the page is visible, later after failures. Returns what ends it.
 */
export function keepLoaded(load: Load): () => void {
  loads.add(load);
  if (isStarted) void load();
  return () => {
    loads.delete(load);
  };
}

/** Starts the rounds. Another key begins a new one. While something is settling, they come sooner. */
export function startPolling(isAnythingSettling: () => boolean): void {
  isStarted = true;
  isSettling = isAnythingSettling;
  document.addEventListener('visibilitychange', schedule);
  sessionKey.subscribe(() => void round());
}

/** While the page is hidden nothing is asked; what was due then is asked for once it is seen again. */
function schedule(): void {
  clearTimeout(timer);
  if (document.visibilityState === 'hidden') return;
  timer = setTimeout(() => void round(), Math.max(0, dueAtMs - performance.now()));
}

async function round(): Promise<void> {
  clearTimeout(timer);
  const errors = (await Promise.all([...loads].map((load) => load()))).filter((error) => error !== null);
  const temporary = errors.filter(({ isTemporary }) => isTemporary);
  // Without a key that is accepted, nothing changes but by another key, which begins a round.
  const isRefused = errors.some(({ status }) => status === 401);
  failures = temporary.length === 0 && !isRefused ? 0 : failures + 1;
  settling = isSettling() && !isRefused ? settling + 1 : 0;
  const waits = temporary.map((error) => error.retryAfterMs ?? 0);
  const waitMs = nextRoundMs({
    failures,
    settling,
    retryAfterMs: waits.length === 0 ? null : Math.max(...waits),
  });
  dueAtMs = performance.now() + waitMs;
  nextTryMs.value = temporary.length === 0 ? null : wallMs() + waitMs;
  if (temporary.length === 0 && !isRefused) lastRoundMs.value = wallMs();
  schedule();
}

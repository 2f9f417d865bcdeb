import { signal } from '@preact/signals';

const EVERY_MS = 5_000;
/** Headers tell whole seconds, and answers take time: what is closer than this is the same time. */
const LEAST_MS = 60_000;

let aheadMs = 0;

/** The time by the gateway's clock, which verdicts and ages are of; that of this machine may be wrong. */
export function wallMs(): number {
  return Date.now() + aheadMs;
}

/** The present, moved on every five seconds while the page is visible: for ages. */
export const now = signal(present());

/** Sets the clock by the `Date` of an answer, if this machine's is wrong. */
export function setClockBy(date: string | null): void {
  const differenceMs = Date.parse(date ?? '') - Date.now();
  if (Number.isNaN(differenceMs)) return;
  const wantedMs = Math.abs(differenceMs) < LEAST_MS ? 0 : differenceMs;
  if (Math.abs(wantedMs - aheadMs) < LEAST_MS) return;
  aheadMs = wantedMs;
  now.value = present();
}

/** Starts the clock. */
export function startClock(): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') now.value = present();
  }, EVERY_MS);
}

function present(): { readonly wallMs: number; readonly monotonicMs: number } {
  return { wallMs: wallMs(), monotonicMs: performance.now() };
}

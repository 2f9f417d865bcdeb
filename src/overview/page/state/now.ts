import { signal } from '@preact/signals';

const EVERY_MS = 5_000;

/** The present, moved on every five seconds while the page is visible: for ages. */
export const now = signal({ wallMs: Date.now(), monotonicMs: performance.now() });

/** Starts the clock. */
export function startClock(): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') {
      now.value = { wallMs: Date.now(), monotonicMs: performance.now() };
    }
  }, EVERY_MS);
}

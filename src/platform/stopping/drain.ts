import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';

const LONGEST_MS = 5_000;
const LONGEST_SENDING_MS = 2_000;

/**
 * Whether the process is about to stop. From then on it is not ready and each answer ends its connection, while
 * requests are still taken: a balancer needs a moment to notice.
 */
@Injectable()
export class Drain implements BeforeApplicationShutdown {
  #hasBegun = false;

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  begin(): void {
    this.#hasBegun = true;
  }

  /** The frame calls it before it stops listening, so a stop without a drain is seen as well. */
  beforeApplicationShutdown(): void {
    this.begin();
  }
}

/** How long a stop waits until the last spans are sent: a quarter of what it may take, at most 2 s. */
export function lastSpansMs(shutdownTimeoutMs: number): number {
  return Math.min(LONGEST_SENDING_MS, shutdownTimeoutMs / 4);
}

/** How long requests are still taken: a quarter of what a stop may take, at most 5 s. */
export function drainMs(shutdownTimeoutMs: number): number {
  return Math.min(LONGEST_MS, shutdownTimeoutMs / 4);
}

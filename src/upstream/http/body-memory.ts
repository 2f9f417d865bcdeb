import { untilAborted } from './deadline.js';
import { UpstreamError } from '../upstream-error.js';

/** Unless the configuration says otherwise (`limits.bodyMemory`). */
export const USUAL_BODY_MEMORY_BYTES = 256 * 1024 * 1024;

/** The part of all that only small bodies use, so that none of them waits for a large one. */
const SMALL_PART = 1 / 8;
/** A body is small while it takes up to this part of that part, or this many bytes. */
const SMALL_BODY_PART = 1 / 8;
const LARGEST_SMALL_BODY_BYTES = 2 * 1024 * 1024;

/** How much of the memory for bodies one body holds while it is read. */
export interface BodyShare {
  /**
   * Waits until the body may take so many bytes in all. Throws LIMIT where it never may, TIMEOUT once the signal is
   * aborted.
   */
  grow(bytes: number, signal: AbortSignal): Promise<void>;
  /** Gives everything back. */
  release(): void;
}

/** Bounds what the bodies of all upstreams take at once, while they are read: one for the whole process. */
export class BodyMemory {
  readonly #small: Pool;
  readonly #large: Pool;
  readonly #smallBodyBytes: number;

  constructor(bytes: number = USUAL_BODY_MEMORY_BYTES) {
    const smallBytes = Math.floor(bytes * SMALL_PART);
    this.#small = new Pool(smallBytes);
    this.#large = new Pool(bytes - smallBytes);
    this.#smallBodyBytes = Math.min(LARGEST_SMALL_BODY_BYTES, Math.floor(smallBytes * SMALL_BODY_PART));
  }

  /** The share of a body that is about to be read. */
  share(): BodyShare {
    const [small, large] = [this.#small.enter(), this.#large.enter()];
    return {
      grow: async (bytes, signal) => {
        if (bytes <= this.#smallBodyBytes) return small.grow(bytes, signal);
        await large.grow(bytes, signal);
        small.release();
      },
      release: () => {
        small.release();
        large.release();
      },
    };
  }
}

/**
 * Memory that bodies share as they grow. The oldest that holds any may use all of it, the others together half: so one
 * of those that take no more than half always comes to its end, and then the next, however many there are. Where the
 * oldest has used all that there is and every other one waits for it, it is refused.
 */
class Pool {
  /** Those that hold memory or wait for it, oldest first. */
  readonly #members = new Set<Member>();
  #usedBytes = 0;

  constructor(private readonly bytes: number) {}

  enter(): Member {
    return new Member(this);
  }

  /** Grants what a member asks for, now or later, or refuses it. */
  ask(member: Member): void {
    this.#members.add(member);
    this.settle();
  }

  leave(member: Member): void {
    if (!this.#members.delete(member)) return;
    this.#usedBytes -= member.heldBytes;
    this.settle();
  }

  /** Grants what can be granted, the oldest first. */
  private settle(): void {
    for (const member of this.#members) {
      const missing = member.missingBytes;
      if (missing > 0 && this.hasRoom(member, missing)) {
        this.#usedBytes += missing;
        member.grant();
      }
    }
    const members = [...this.#members];
    if (members.every(({ missingBytes }) => missingBytes > 0)) members[0]?.refuse();
  }

  private hasRoom(member: Member, missing: number): boolean {
    if (this.#usedBytes + missing > this.bytes) return false;
    const [oldest] = this.#members;
    if (oldest === undefined || oldest === member) return true;
    return this.#usedBytes - oldest.heldBytes + missing <= this.bytes / 2;
  }
}

/** A body in a pool. */
class Member {
  heldBytes = 0;
  #wish: { readonly bytes: number; readonly end: (error?: UpstreamError) => void } | null = null;

  constructor(private readonly pool: Pool) {}

  get missingBytes(): number {
    return this.#wish === null ? 0 : this.#wish.bytes - this.heldBytes;
  }

  async grow(bytes: number, signal: AbortSignal): Promise<void> {
    if (bytes <= this.heldBytes) return;
    const granted = new Promise<void>((resolve, reject) => {
      this.#wish = {
        bytes,
        end: (error) => {
          if (error === undefined) resolve();
          else reject(error);
        },
      };
    });
    this.pool.ask(this);
    await untilAborted(granted, signal);
  }

  grant(): void {
    this.heldBytes += this.missingBytes;
    this.end();
  }

  refuse(): void {
    this.end(new UpstreamError('LIMIT'));
  }

  release(): void {
    this.end(new UpstreamError('TIMEOUT'));
    this.pool.leave(this);
    this.heldBytes = 0;
  }

  private end(error?: UpstreamError): void {
    const wish = this.#wish;
    this.#wish = null;
    wish?.end(error);
  }
}

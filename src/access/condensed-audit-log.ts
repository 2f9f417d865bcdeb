import { LRUCache } from 'lru-cache';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@/model/clock.js';
import { addressGroup } from './address-group.js';
import type { AuditLog, IssuerFault, RefusedRequest } from './audit-log.js';

/** How long the requests are counted that are refused like one before. */
const COUNTED_FOR_MS = 60_000;
/** Different refusals that are counted at once. Beyond that, the count of the one that is quiet longest is written early. */
const MOST_COUNTED = 10_000;

/** They tell nobody apart: the address stands for who asks. */
const NAMELESS: readonly string[] = ['unknown', 'anonymous'];

interface Repeats {
  readonly first: RefusedRequest;
  /** Without the first. */
  count: number;
}

export interface CondensedAuditLogOptions {
  /** Writes a line. */
  readonly write: (facts: object, message: string) => void;
  readonly clock: Clock;
}

/**
 * Writes the first refusal of a kind at once, and a minute later how many more there were, so that a client that tries
 * again and again does not fill the log. Refusals of different principals, accesses or causes are of different kinds.
 */
export class CondensedAuditLog implements AuditLog, OnApplicationShutdown {
  readonly #counted: LRUCache<string, Repeats>;

  constructor(private readonly options: CondensedAuditLogOptions) {
    this.#counted = new LRUCache({
      max: MOST_COUNTED,
      ttl: COUNTED_FOR_MS,
      ttlAutopurge: true,
      ttlResolution: 0,
      perf: { now: () => options.clock.monotonicMs() },
      dispose: (repeats) => {
        this.#writeCount(repeats);
      },
    });
  }

  refused(request: RefusedRequest): void {
    const kind = kindOf(request);
    const repeats = this.#counted.get(kind);
    if (repeats !== undefined) {
      repeats.count += 1;
      return;
    }
    this.#counted.set(kind, { first: request, count: 0 });
    this.options.write(request, 'request refused');
  }

  issuerFailed(issuer: string, cause: IssuerFault): void {
    this.options.write({ issuer, cause }, 'the keys of an issuer cannot be read');
  }

  /** Writes what is counted so far. */
  onApplicationShutdown(): void {
    this.#counted.clear();
  }

  #writeCount({ first, count }: Repeats): void {
    if (count > 0) this.options.write({ ...first, count }, 'more requests refused');
  }
}

function kindOf({ principal, what, why, status, address }: RefusedRequest): string {
  const from = NAMELESS.includes(principal) ? addressGroup(address) : null;
  return JSON.stringify([principal, from, what, why, status]);
}

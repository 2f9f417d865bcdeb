import { Counter, Histogram, type HistogramConfiguration, type Registry } from 'prom-client';

const COMMANDS = {
  name: 'tributary_redis_command_duration_seconds',
  help: 'Time of Redis commands, failed ones too: short ones, and those with much to carry (bulk), which includes their wait for a place on the connection',
  labelNames: ['kind'],
  buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
} satisfies HistogramConfiguration<'kind'>;
const FAILURES = {
  name: 'tributary_redis_failures_total',
  help: 'Redis commands that failed, or were not sent because Redis was down, by code',
  labelNames: ['code'],
} as const;
const REJECTED = {
  name: 'tributary_redis_rejected_total',
  help: 'Values and messages from Redis that were rejected because their signature was wrong or they were out of bounds, by kind',
  labelNames: ['kind'],
} as const;
const TRANSFERS = {
  name: 'tributary_snapshot_bytes_total',
  help: 'Bytes of snapshots written to or read from the shared store, by direction (written, read)',
  labelNames: ['direction'],
} as const;
const STORE_FAULTS = {
  name: 'tributary_snapshot_store_faults_total',
  help: 'Failed operations on the shared snapshot store (the process fell back to its own copy), by error code',
  labelNames: ['code'],
} as const;

/** The codes of the link itself; Redis has words besides. */
const LINK_CODES = ['CONNECTING', 'TIMEOUT', 'UNREACHABLE', 'TLS', 'LACKING', 'CLOSED', 'OTHER'] as const;
const REJECTED_KINDS = ['entry', 'backoff', 'lease', 'event', 'lockout'] as const;

/** What this process counts and measures of Redis, and of the snapshots in it. Only with a Redis. */
export class RedisMetrics {
  readonly #commands: Histogram<'kind'>;
  readonly #failures: Counter<'code'>;
  readonly #rejected: Counter<'kind'>;
  readonly #transfers: Counter<'direction'>;
  readonly #storeFaults: Counter<'code'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#commands = new Histogram({ ...COMMANDS, registers });
    this.#failures = new Counter({ ...FAILURES, registers });
    this.#rejected = new Counter({ ...REJECTED, registers });
    this.#transfers = new Counter({ ...TRANSFERS, registers });
    this.#storeFaults = new Counter({ ...STORE_FAULTS, registers });
    this.#beginAtZero();
  }

  observeCommand(kind: 'short' | 'bulk', seconds: number): void {
    this.#commands.observe({ kind }, seconds);
  }

  countFailure(code: string): void {
    this.#failures.inc({ code });
  }

  countRejectedValue(kind: string): void {
    this.#rejected.inc({ kind });
  }

  countTransfer(direction: 'written' | 'read', bytes: number): void {
    this.#transfers.inc({ direction }, bytes);
  }

  countStoreFault(code: string): void {
    this.#storeFaults.inc({ code });
  }

  #beginAtZero(): void {
    for (const kind of ['short', 'bulk'] as const) this.#commands.zero({ kind });
    for (const code of LINK_CODES) {
      this.#failures.inc({ code }, 0);
      this.#storeFaults.inc({ code }, 0);
    }
    for (const kind of REJECTED_KINDS) this.#rejected.inc({ kind }, 0);
    for (const direction of ['written', 'read'] as const) this.#transfers.inc({ direction }, 0);
  }
}

import type { Config } from '@/config/config.js';

/** Connections take memory as well: without `server.maxConnections` there are no more than this. */
const MOST = 10_000;
/** Files, the log, Redis, logins, timers of the runtime. */
const OTHER_DESCRIPTORS = 64;
/** However low the limit: health probes and a few clients. */
const FEWEST = 16;

/** How many connections are taken, and whether that is fewer than the configuration asks for. */
export interface ConnectionLimit {
  readonly limit: number;
  readonly isLowered: boolean;
}

/**
 * The most connections to take: `server.maxConnections`, at most what the file descriptors of the process allow when
 * some are kept for the calls to upstreams and the rest of the gateway.
 */
export function connectionLimit(
  { server, sources }: Pick<Config, 'server' | 'sources'>,
  descriptors = descriptorLimit(),
): ConnectionLimit {
  const upstreamCalls = sources.reduce((sum, { concurrency }) => sum + concurrency, 0);
  const possible = Math.max(FEWEST, descriptors - OTHER_DESCRIPTORS - upstreamCalls);
  const wanted = server.maxConnections ?? MOST;
  return {
    limit: Math.min(wanted, possible),
    isLowered: server.maxConnections !== null && wanted > possible,
  };
}

let knownLimit: number | null = null;

/** The open files that the system allows this process; Infinity where it does not say. A report takes milliseconds. */
function descriptorLimit(): number {
  return (knownLimit ??= readDescriptorLimit());
}

function readDescriptorLimit(): number {
  // Otherwise it would look up the names of all addresses that the process is connected to.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Infinity;
}

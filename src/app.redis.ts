import type { Config } from './config/config.js';
import { isLoopback } from './config/addresses.js';
import type { Clock } from './model/clock.js';
import { ConditionLog } from '@/platform/logging/condition-log.js';
import type { Log } from './platform/logging/logger.js';
import type { Metrics } from './platform/metrics/metrics.js';
import type { RedisMetrics } from './platform/metrics/redis-metrics.js';
import { IoredisLink, type LinkObserver } from './redis/ioredis-link.js';
import { RedisSigner } from './redis/redis-signer.js';

/** The Redis of this process, and what in it is believed. */
export interface SharedRedis {
  readonly link: IoredisLink;
  readonly signer: RedisSigner;
  readonly metrics: RedisMetrics;
  /** Counts what is rejected, and logs that there is some. */
  readonly onRejected: (kind: string) => void;
}

interface RedisDependencies {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** null where no Redis is configured. Begins to connect, and says at once what is risky about it. */
export function connectToRedis({ config, log, clock, metrics }: RedisDependencies): SharedRedis | null {
  const { redis: address, prefix } = config.cache;
  if (address === null) return null;
  warnOfRisks(config, log);
  const counted = metrics.watchRedis(() => link.status.state === 'up');
  const link: IoredisLink = new IoredisLink({
    address,
    prefix,
    clock,
    observer: observerFor(log, counted),
  });
  const forgeries = new ConditionLog(
    log,
    {
      begin: 'ignored invalid data in Redis: wrong signature, or values out of bounds',
      end: 'no more invalid data seen in Redis',
    },
    QUIET_MS,
  );
  return {
    link,
    signer: new RedisSigner(config.server.secret),
    metrics: counted,
    onRejected: (kind) => {
      counted.countRejectedValue(kind);
      forgeries.note({ kind });
    },
  };
}

function observerFor(log: Log, counted: RedisMetrics): LinkObserver {
  return {
    foundDown: (code, lacking) => {
      if (lacking === null) log.warn({ code }, 'Redis is down');
      else
        log.warn(
          { code, lacking },
          'Redis cannot be used: commands that the gateway needs are missing or not permitted',
        );
    },
    cameBack: (downForMs) => {
      log.info({ downForMs: Math.round(downForMs) }, 'Redis is back');
    },
    failed: (code) => {
      counted.countFailure(code);
    },
    ran: (kind, durationMs) => {
      counted.observeCommand(kind, durationMs / 1000);
    },
  };
}

function warnOfRisks({ cache, server }: Config, log: Log): void {
  const { redis } = cache;
  if (redis === null) return;
  if (server.secret === null) {
    log.warn('Redis is trusted: whoever can write to it can forge tasks; set server.secret to prevent this');
  }
  if (redis.nodes.every(({ host }) => isLoopback(host))) return;
  if (redis.password === null) log.warn('Redis is not on this machine, and no password is configured for it');
  if (!redis.tls)
    log.warn('Redis is not on this machine, and the connection to it is not encrypted (use rediss://)');
}

/** After so long without another, what was not believed is over. */
const QUIET_MS = 60_000;

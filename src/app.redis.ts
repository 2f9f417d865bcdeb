import type { Config } from './config/config.js';
import { isLoopback } from './config/addresses.js';
import type { Clock } from './model/clock.js';
import { ConditionLog } from '@/platform/logging/condition-log.js';
import type { Log } from './platform/logging/logger.js';
import type { Metrics } from './platform/metrics/metrics.js';
import { IoredisLink } from './redis/ioredis-link.js';
import { RedisSigner } from './redis/redis-signer.js';

/** The Redis of this process, and what in it is believed. */
export interface SharedRedis {
  readonly link: IoredisLink;
  readonly signer: RedisSigner;
  /** Counts what is not believed, and logs that there is some. */
  readonly onDisbelief: (kind: string) => void;
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
  const link: IoredisLink = new IoredisLink({
    address,
    prefix,
    clock,
    observer: {
      wentDown: (code, lacking) => {
        if (lacking === null) log.warn({ code }, 'Redis is down');
        else log.warn({ code, lacking }, 'Redis cannot be used: it lacks or forbids what the gateway needs');
      },
      cameBack: (downForMs) => {
        log.info({ downForMs }, 'Redis is back');
      },
      failed: metrics.watchRedis(() => link.status.state === 'up'),
    },
  });
  const forgeries = new ConditionLog(
    log,
    {
      begin: 'Redis holds values that this gateway does not believe: not signed, or out of bounds',
      end: 'Redis holds nothing any more that is not believed',
    },
    QUIET_MS,
  );
  return {
    link,
    signer: new RedisSigner(config.server.secret),
    onDisbelief: (kind) => {
      metrics.countDisbelieved(kind);
      forgeries.note({ kind });
    },
  };
}

function warnOfRisks({ cache, server }: Config, log: Log): void {
  const { redis } = cache;
  if (redis === null) return;
  if (server.secret === null) {
    log.warn('Redis is trusted: without server.secret, whoever can write to it can forge what is served');
  }
  if (redis.nodes.every(({ host }) => isLoopback(host))) return;
  if (redis.password === null) log.warn('no password is configured for a Redis beyond loopback');
  if (!redis.tls) log.warn('the connection to a Redis beyond loopback is not encrypted (rediss://)');
}

/** After so long without another, what was not believed is over. */
const QUIET_MS = 60_000;

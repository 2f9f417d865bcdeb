import type { DynamicModule } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { CondensedAuditLog } from './access/condensed-audit-log.js';
import type { Config } from './config/config.js';
import type { Clock } from './model/clock.js';
import type { Log } from './platform/logging/logger.js';
import { RedisCounters } from './redis/redis-counters.js';
import type { RedisLink } from './redis/redis-link.js';

interface AccessOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
}

/** Who may do what, with limits over all replicas where there is a Redis. */
export function accessModule({ config, log, clock }: AccessOptions, link: RedisLink | null): DynamicModule {
  const counters = link === null ? null : new RedisCounters(link);
  const write = (facts: object, message: string): void => {
    log.warn(facts, message);
  };
  const audit = new CondensedAuditLog({ write, clock });
  return AccessModule.on(config, { clock, counters, audit });
}

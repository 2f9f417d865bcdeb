import { parseRedisAddress, type RedisAddress } from '@/redis/redis-address.js';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { IoredisLink, type LinkObserver, type LinkOptions } from '@/redis/ioredis-link.js';

/** Has no interest in how the link fares. */
export const SILENT: LinkObserver = {
  foundDown: () => undefined,
  ran: () => undefined,
  cameBack: () => undefined,
  failed: () => undefined,
};

/** On no machine does a Redis that is well take so long; the tests of the link itself have the usual bounds. */
export const AMPLE = { shortMs: 10_000, bulkMs: 60_000 };
/** For tests that let Redis hang, and do not mind when it is left alone sooner. */
export const SCANT = { shortMs: 1_000, bulkMs: 1_000 };

/** A link that the test has to close. */
export function linkTo(
  url: string,
  { prefix = 'test', observer = SILENT, bounds = AMPLE }: Partial<LinkOptions> = {},
): IoredisLink {
  return new IoredisLink({ address: addressOf(url), prefix, clock: SYSTEM_CLOCK, observer, bounds });
}

export function addressOf(url: string): RedisAddress {
  const address = parseRedisAddress(url);
  if (address === null) throw new Error(`no address of a Redis: ${url}`);
  return address;
}

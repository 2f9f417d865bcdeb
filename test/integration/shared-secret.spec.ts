import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IoredisLink } from '@/redis/ioredis-link.js';
import { sharedSecret } from '@/redis/shared-secret.js';
import { linkTo } from '../support/redis-link.js';
import { redisRoom, type RedisRoom } from '../support/redis.js';

describe('the secret that replicas share through Redis', () => {
  let room: RedisRoom;
  let links: IoredisLink[];

  beforeEach(async () => {
    room = await redisRoom();
    links = [1, 2, 3, 4].map(() => linkTo(room.url, { prefix: room.prefix }));
    await Promise.all(links.map((link) => link.ready(10_000)));
  });

  afterEach(async () => {
    await Promise.all(links.map((link) => link.close()));
    await room.stop();
  });

  it('is the same for replicas that start at the same time, and for one that starts later', async () => {
    const together = await Promise.all(links.map(sharedSecret));
    const later = linkTo(room.url, { prefix: room.prefix });
    links.push(later);
    await later.ready(10_000);
    const secret = await sharedSecret(later);
    expect(new Set([...together, secret].map((each) => Buffer.from(each).toString('hex'))).size).toBe(1);
    expect(secret).toHaveLength(32);
  });

  it('differs between gateways with different prefixes', async () => {
    const other = linkTo(room.url, { prefix: `${room.prefix}-other` });
    links.push(other);
    await other.ready(10_000);
    const [own] = await Promise.all(links.map(sharedSecret));
    expect(await sharedSecret(other)).not.toEqual(own);
  });

  it('is refused at once where no Redis listens', async () => {
    const absent = linkTo('redis://127.0.0.1:1');
    links.push(absent);
    await expect(sharedSecret(absent)).rejects.toMatchObject({ code: 'CONNECTING' });
  });
});

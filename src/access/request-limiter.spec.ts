import { describe, expect, it } from 'vitest';
import { SharedCounters, type Counted } from '@/model/shared-counters.js';
import { RequestLimiter } from './request-limiter.js';

const RATE = { calls: 2, perMs: 3_600_000 };

/** What replicas share, which a test can put out of reach. */
class Shared extends SharedCounters {
  isAway = false;
  readonly counts = new Map<string, number>();

  add(key: string, windowMs: number): Promise<Counted> {
    if (this.isAway) return Promise.reject(new Error('away'));
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return Promise.resolve([count, windowMs - 500]);
  }
}

async function statuses(limiter: RequestLimiter, key: string, times: number): Promise<(number | null)[]> {
  const all: (number | null)[] = [];
  for (let turn = 0; turn < times; turn += 1)
    all.push((await limiter.take(key, RATE)).refusal?.answer.status ?? null);
  return all;
}

describe('the limiter of requests', () => {
  it('lets the requests of a window go, and refuses more with the time until its end', async () => {
    const limiter = new RequestLimiter(null);
    const allowed = await limiter.take('a', RATE);
    expect(allowed).toEqual({
      refusal: null,
      headers: { 'ratelimit-policy': '"default";q=2;w=3600', ratelimit: '"default";r=1;t=3600' },
    });
    await limiter.take('a', RATE);
    const { refusal } = await limiter.take('a', RATE);
    expect(refusal?.answer).toMatchObject({
      status: 429,
      headers: {
        'ratelimit-policy': '"default";q=2;w=3600',
        ratelimit: expect.stringMatching(/^"default";r=0;t=3[56]\d\d$/) as unknown,
        'retry-after': expect.stringMatching(/^3[56]\d\d$/) as unknown,
      },
    });
  });

  it('counts each principal alone', async () => {
    const limiter = new RequestLimiter(null);
    expect(await statuses(limiter, 'a', 3)).toEqual([null, null, 429]);
    expect(await statuses(limiter, 'b', 2)).toEqual([null, null]);
  });

  it('holds a limit over all replicas', async () => {
    const shared = new Shared();
    const [one, other] = [new RequestLimiter(shared), new RequestLimiter(shared)];
    expect(await statuses(one, 'a', 1)).toEqual([null]);
    expect(await statuses(other, 'a', 2)).toEqual([null, 429]);
    expect((await other.take('a', RATE)).headers.ratelimit).toBe('"default";r=0;t=3600');
  });

  it('goes on by itself while the others are out of reach, and fails no request', async () => {
    const shared = new Shared();
    shared.isAway = true;
    const limiter = new RequestLimiter(shared);
    expect(await statuses(limiter, 'a', 3)).toEqual([null, null, 429]);
    shared.isAway = false;
    expect(await statuses(limiter, 'a', 3)).toEqual([null, null, 429]);
  });

  it('remembers a bounded number of principals', async () => {
    const limiter = new RequestLimiter(null);
    expect(await statuses(limiter, 'first', 3)).toEqual([null, null, 429]);
    for (let index = 0; index < 20_000; index += 1) await limiter.take(`other ${index}`, RATE);
    // It was forgotten for the sake of the others, as its new count shows.
    expect(await statuses(limiter, 'first', 1)).toEqual([null]);
    expect(await statuses(limiter, 'other 19999', 2)).toEqual([null, 429]);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { SteppedClock } from '../../../test/support/clock.js';
import { UpstreamError } from '../upstream-error.js';
import { TokenSession } from './token-session.js';
import type { IssuedToken } from './token-session.js';

const OPEN = new AbortController().signal;
const HOUR_MS = 3_600_000;

/** A log-in whose end the test decides. */
interface LogIn {
  readonly resolve: (token: IssuedToken) => void;
  readonly reject: (error: UpstreamError) => void;
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('TokenSession', () => {
  let clock: SteppedClock;
  let lifeMs = 24 * HOUR_MS;
  let logIns: LogIn[] = [];
  let session: TokenSession;

  beforeEach(() => {
    clock = new SteppedClock(1_000_000);
    lifeMs = 24 * HOUR_MS;
    logIns = [];
    session = new TokenSession(() => {
      return new Promise((resolve, reject) => {
        logIns.push({ resolve, reject });
      });
    }, clock);
  });

  async function finishLogIn(): Promise<void> {
    logIns.at(-1)?.resolve({ value: `token-${logIns.length}`, lifeMs });
    await settle();
  }

  async function firstToken(): Promise<string> {
    const token = session.token(OPEN);
    await finishLogIn();
    return token;
  }

  it('logs in once for simultaneous calls', async () => {
    const tokens = [session.token(OPEN), session.token(OPEN), session.token(OPEN)];
    await finishLogIn();
    expect(await Promise.all(tokens)).toEqual(['token-1', 'token-1', 'token-1']);
    expect(logIns).toHaveLength(1);
  });

  it('continues to log in when the first caller has left', async () => {
    const controller = new AbortController();
    const first = session.token(controller.signal);
    const second = session.token(OPEN);
    controller.abort();
    await expect(first).rejects.toMatchObject({ reason: 'TIMEOUT' });
    await finishLogIn();
    expect(await second).toBe('token-1');
    expect(logIns).toHaveLength(1);
  });

  it('keeps a token for most of its life', async () => {
    await firstToken();
    clock.nowMs += 23 * HOUR_MS;
    expect(await session.token(OPEN)).toBe('token-1');
    expect(logIns).toHaveLength(1);
  });

  it('renews in the background while the old token is used', async () => {
    await firstToken();
    clock.nowMs += 23.75 * HOUR_MS;
    expect(await session.token(OPEN)).toBe('token-1');
    expect(await session.token(OPEN)).toBe('token-1');
    expect(logIns).toHaveLength(2);
    await finishLogIn();
    expect(await session.token(OPEN)).toBe('token-2');
  });

  it('uses the old token when a renewal fails, and tries again later', async () => {
    await firstToken();
    clock.nowMs += 23.75 * HOUR_MS;
    await session.token(OPEN);
    logIns[1]?.reject(new UpstreamError('UPSTREAM_ERROR'));
    await settle();
    expect(await session.token(OPEN)).toBe('token-1');
    expect(logIns).toHaveLength(2);
    clock.nowMs += 60_000;
    expect(await session.token(OPEN)).toBe('token-1');
    expect(logIns).toHaveLength(3);
  });

  it('waits for a new token when the old one has ended', async () => {
    await firstToken();
    clock.nowMs += 24 * HOUR_MS;
    const token = session.token(OPEN);
    await finishLogIn();
    expect(await token).toBe('token-2');
  });

  it('works with short-lived tokens', async () => {
    lifeMs = 60_000;
    await firstToken();
    clock.nowMs += 50_000;
    expect(await session.token(OPEN)).toBe('token-1');
    expect(logIns).toHaveLength(1);
    clock.nowMs += 5_000;
    expect(await session.token(OPEN)).toBe('token-1');
    expect(logIns).toHaveLength(2);
  });

  it('returns a token even if it has expired when it arrives', async () => {
    lifeMs = 0;
    expect(await firstToken()).toBe('token-1');
  });

  it('logs in again when its token was rejected', async () => {
    await firstToken();
    session.discard('token-1');
    const token = session.token(OPEN);
    await finishLogIn();
    expect(await token).toBe('token-2');
  });

  it('keeps a newer token when an older one was rejected', async () => {
    await firstToken();
    session.discard('token-0');
    expect(await session.token(OPEN)).toBe('token-1');
  });

  it('fails every caller when a log-in fails, and logs in again for the next', async () => {
    const tokens = Promise.allSettled([session.token(OPEN), session.token(OPEN)]);
    logIns[0]?.reject(new UpstreamError('UNAUTHORIZED'));
    expect((await tokens).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await firstToken()).toBe('token-2');
  });

  it.each([
    ['back', -HOUR_MS],
    ['back for good', -400 * 24 * HOUR_MS],
  ])('renews a token in time when the clock is set %s', async (_, byMs) => {
    await firstToken();
    clock.step(byMs);
    clock.pass(24 * HOUR_MS);
    const token = session.token(OPEN);
    await settle();
    expect(logIns).toHaveLength(2);
    await finishLogIn();
    expect(await token).toBe('token-2');
  });

  it('does not use a token that may have expired while the machine was suspended', async () => {
    await firstToken();
    clock.step(24 * HOUR_MS);
    const token = session.token(OPEN);
    await finishLogIn();
    expect(await token).toBe('token-2');
  });
});

import { describe, expect, it } from 'vitest';
import { SteppedClock } from '../../../test/support/clock.js';
import type { HttpAnswer, HttpExchange } from '../http/http-exchange.js';
import { logInAtIam, type Login } from './iam-login.js';
import type { IssuedToken } from '../credentials/token-session.js';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const HOUR_MS = 3_600_000;
const LOGIN: Login = {
  credentials: {
    ...{ type: 'password', iamEndpoint: 'https://iam', domain: 'd', username: 'u', password: 'p' },
  },
  projectId: null,
};

function logIn(token: object, date: string | null): Promise<IssuedToken> {
  const headers: Record<string, string | null> = { 'x-subject-token': 't', date };
  const answer = { status: 201, body: { token }, header: (name: string) => headers[name] ?? null };
  const exchange = { send: () => Promise.resolve(answer as HttpAnswer) } as unknown as HttpExchange;
  // An hour behind that of IAM.
  const clock = new SteppedClock(NOW - HOUR_MS);
  return logInAtIam(exchange, { login: LOGIN, clock }, new AbortController().signal);
}

describe('the lifetime of a token', () => {
  const expires_at = '2026-11-21T08:00:00.000000Z';

  it('is from its issue to its expiry, both by the clock of IAM', async () => {
    const token = { issued_at: '2026-11-20T08:00:00.000000Z', expires_at };
    await expect(logIn(token, null)).resolves.toEqual({ value: 't', lifeMs: 24 * HOUR_MS });
  });

  it('starts at the date of the answer where the issue is not stated', async () => {
    const date = 'Fri, 20 Nov 2026 08:00:00 GMT';
    await expect(logIn({ expires_at }, date)).resolves.toEqual({ value: 't', lifeMs: 24 * HOUR_MS });
  });
});

import { DriftLog } from '@/model/drift.js';
import type { CredentialsOf } from '@/model/source.js';
import { parseTime } from '@/model/time.js';
import { diagnoseAnswer } from '../http/answer-diagnosis.js';
import { callTarget } from '../call-target.js';
import type { Clock } from '@/model/clock.js';
import type { HttpAnswer, HttpExchange } from '../http/http-exchange.js';
import type { PASSWORD } from './huawei-credentials.js';
import { huaweiFailureOf } from './huawei-failures.js';
import { Fields, rawObject } from '../records/raw.js';
import { dateOf, retryAfterMs } from '../limits/retry-after.js';
import { UpstreamError } from '../upstream-error.js';
import type { IssuedToken } from '../credentials/token-session.js';

/** The longest a log-in may take, whoever waits for it. */
export const LOGIN_TIMEOUT_MS = 10_000;
/** Assumed where IAM does not tell; a token that ends earlier is renewed when it is refused. */
const UNTOLD_LIFE_MS = 60 * 60_000;

/** Who logs in, and for which project. */
export interface Login {
  readonly credentials: CredentialsOf<typeof PASSWORD>;
  readonly projectId: string | null;
}

/** Gets a token with user name and password (IAM API reference, "Obtaining a User Token"). */
export async function logInAtIam(
  exchange: HttpExchange,
  { login, clock }: { login: Login; clock: Clock },
  signal: AbortSignal,
): Promise<IssuedToken> {
  const { url } = callTarget(login.credentials.iamEndpoint, '/v3/auth/tokens', []);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(tokenRequest(login));
  const call = { method: 'POST', url, headers, body, timeoutMs: LOGIN_TIMEOUT_MS } as const;
  try {
    return readToken(await exchange.send(call, signal), clock.wallMs());
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { reason, retryAfterMs: waitMs, diagnosis } = error;
    throw new UpstreamError(reason, waitMs, { ...diagnosis, call: 'LOG_IN' });
  }
}

function tokenRequest({ credentials, projectId }: Login): object {
  const domain = { name: credentials.domain };
  const user = { name: credentials.username, password: credentials.password, domain };
  return {
    auth: {
      identity: { methods: ['password'], password: { user } },
      scope: projectId === null ? { domain } : { project: { id: projectId } },
    },
  };
}

function readToken(answer: HttpAnswer, nowMs: number): IssuedToken {
  const { body } = answer;
  const reason = huaweiFailureOf(answer.status, body);
  if (reason !== null) {
    // That IAM does not know something says nothing about the feed.
    const told = reason === 'NOT_FOUND' ? 'UPSTREAM_ERROR' : reason;
    throw new UpstreamError(told, retryAfterMs(answer, nowMs), diagnoseAnswer(answer));
  }
  const value = answer.header('x-subject-token');
  if (value === null || value === '') {
    throw new UpstreamError('MALFORMED', null, { ...diagnoseAnswer(answer), cause: 'SHAPE' });
  }
  return { value, lifeMs: lifeOf(body, dateOf(answer) ?? nowMs) };
}

/** By IAM's own clock where it tells both ends, or when it answered, so that ours may be wrong. */
function lifeOf(body: unknown, answeredMs: number): number {
  const root = rawObject(body);
  if (root === null) return UNTOLD_LIFE_MS;
  const token = new Fields(root, new DriftLog()).fields('token');
  const expiresMs = parseTime(token.text('expires_at') ?? '');
  const issuedMs = parseTime(token.text('issued_at') ?? '') ?? answeredMs;
  return expiresMs !== null && expiresMs > issuedMs ? expiresMs - issuedMs : UNTOLD_LIFE_MS;
}

import { createHash } from 'node:crypto';
import type { CredentialsOf } from '@/model/source.js';
import type { Authenticator, LogInDependencies, LogIns } from '../credentials/authenticator.js';
import { withDeadline } from '../http/deadline.js';
import { signHuaweiCall } from './huawei-aksk.js';
import type { AKSK, PASSWORD, TOKEN } from './huawei-credentials.js';
import { huaweiFailureOf } from './huawei-failures.js';
import { LOGIN_TIMEOUT_MS, logInAtIam, type Login } from './iam-login.js';
import { TokenSession } from '../credentials/token-session.js';
import type { UpstreamProtocol } from '../upstream-client.js';

const logIns: LogIns = {
  aksk: ({ credentials, endpoint }, { gates, clock }) => {
    const keys = credentials as CredentialsOf<typeof AKSK>;
    const { accessKey, secretKey, securityToken } = keys;
    const known = { account: ['aksk', 'huawei', accessKey], secret: [secretKey, securityToken ?? ''] };
    return {
      gate: gates.gateOf(known, endpoint),
      headersFor: (call) => signHuaweiCall(call, keys, clock.wallMs()),
    };
  },
  token: ({ credentials, endpoint }, { gates }) => {
    const { token } = credentials as CredentialsOf<typeof TOKEN>;
    return {
      gate: gates.gateOf({ account: ['token', token], secret: [] }, endpoint),
      headersFor: () => ({ 'x-auth-token': token }),
    };
  },
  password: ({ credentials, endpoint, projectId }, dependencies) =>
    withTokens(
      { credentials: credentials as CredentialsOf<typeof PASSWORD>, projectId },
      { endpoint, dependencies },
    ),
};

/** How all Huawei Cloud services speak; providers add their own codes before `failureOf`. */
export const huaweiProtocol: UpstreamProtocol = {
  logIns,
  headersOf: ({ projectId }) => ({
    // Marked as mandatory for every call, GET too (CCE API reference).
    'content-type': 'application/json',
    ...(projectId === null ? {} : { 'x-project-id': projectId }),
  }),
  failureOf: huaweiFailureOf,
};

interface TokenUser {
  readonly endpoint: string;
  readonly dependencies: LogInDependencies;
}

function withTokens(login: Login, { endpoint, dependencies }: TokenUser): Authenticator {
  const { domain, username, password } = login.credentials;
  const known = { account: ['password', domain, username], secret: [password] };
  const session = sessionOf(login, dependencies);
  return {
    gate: dependencies.gates.gateOf(known, endpoint),
    headersFor: async (_call, signal) => ({ 'x-auth-token': await session.token(signal) }),
    discard: (headers) => {
      session.discard(headers['x-auth-token'] ?? '');
    },
  };
}

/** Sources with one log-in share its tokens. */
function sessionOf(login: Login, dependencies: LogInDependencies): TokenSession {
  const { iamEndpoint, domain, username, password } = login.credentials;
  const identity = JSON.stringify([iamEndpoint, domain, username, password, login.projectId]);
  const key = createHash('sha256').update(identity).digest('hex');
  const { sessions, clock } = dependencies;
  const session = sessions.get(key) ?? new TokenSession(() => logIn(login, dependencies), clock);
  sessions.set(key, session);
  return session;
}

/**
 * Log-ins have a gate of their own: while the old token still works, calls must not stop because a log-in in
 * the background was refused, and yet an account must not be locked by log-ins for its several projects.
 */
function logIn(login: Login, { gates, exchange, clock }: LogInDependencies): ReturnType<typeof logInAtIam> {
  const { domain, username, password, iamEndpoint } = login.credentials;
  const known = { account: ['log-in', domain, username], secret: [password] };
  const gate = gates.gateOf(known, iamEndpoint);
  return withDeadline(NEVER, LOGIN_TIMEOUT_MS, (signal) =>
    gate.pass(signal, () => logInAtIam(exchange, { login, clock }, signal)),
  );
}

/** A log-in is shared, so that it does not end with the signal of whoever came first. */
const NEVER = new AbortController().signal;

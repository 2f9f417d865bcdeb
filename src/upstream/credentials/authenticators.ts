import { createHash } from 'node:crypto';
import type { AkskCredentials, BasicCredentials, PasswordCredentials, SourceConfig } from '@/model/source.js';
import type { Clock } from '@/model/clock.js';
import type { SharedLockouts } from '@/model/shared-lockout.js';
import { withDeadline } from '../http/deadline.js';
import type { HttpExchange } from '../http/http-exchange.js';
import type { UpstreamProtocol } from '../upstream-client.js';
import type { Authenticator } from './authenticator.js';
import { CredentialGates } from './credential-gates.js';
import { signHuaweiCall } from '../huawei/huawei-aksk.js';
import { LOGIN_TIMEOUT_MS, logInAtIam } from '../huawei/iam-login.js';
import type { Login } from '../huawei/iam-login.js';
import { IamSession } from '../huawei/iam-session.js';
import { signOcpCall } from './ocp-aksk.js';

type Family = UpstreamProtocol['family'];

/** Makes the authenticators of all sources, so that those with one credential share its gate and its log-ins. */
export class Authenticators {
  readonly #gates: CredentialGates;
  readonly #sessions = new Map<string, IamSession>();

  constructor(
    /** For log-ins. */
    private readonly exchange: HttpExchange,
    private readonly clock: Clock,
    /** null: there is this process only. */
    shared: SharedLockouts | null,
  ) {
    this.#gates = new CredentialGates(clock, shared);
  }

  /** The authenticator of a source whose upstream is of the given family. */
  of(source: SourceConfig, family: Family): Authenticator {
    const { credentials } = source;
    switch (credentials.type) {
      case 'aksk':
        return this.#aksk(credentials, family, source.endpoint);
      case 'token':
        return {
          gate: this.#gates.gateOf({ account: ['token', credentials.token], secret: [] }, source.endpoint),
          headersFor: () => ({ 'x-auth-token': credentials.token }),
        };
      case 'password':
        return this.#password({ credentials, projectId: source.projectId }, source.endpoint);
      case 'basic':
        return this.#basic(credentials, source.endpoint);
    }
  }

  #aksk(credentials: AkskCredentials, family: Family, endpoint: string): Authenticator {
    const sign = family === 'huawei' ? signHuaweiCall : signOcpCall;
    const { accessKey, secretKey, securityToken } = credentials;
    const known = { account: ['aksk', family, accessKey], secret: [secretKey, securityToken ?? ''] };
    return {
      gate: this.#gates.gateOf(known, endpoint),
      headersFor: (call) => sign(call, credentials, this.clock.wallMs()),
    };
  }

  #basic({ username, password }: BasicCredentials, endpoint: string): Authenticator {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
    return {
      gate: this.#gates.gateOf({ account: ['basic', endpoint, username], secret: [password] }, endpoint),
      headersFor: () => ({ authorization }),
    };
  }

  #password(login: Login, endpoint: string): Authenticator {
    const session = this.#sessionOf(login);
    const { domain, username, password } = login.credentials;
    const known = { account: ['password', domain, username], secret: [password] };
    return {
      gate: this.#gates.gateOf(known, endpoint),
      headersFor: async (_call, signal) => ({ 'x-auth-token': await session.token(signal) }),
      discard: (headers) => {
        session.discard(headers['x-auth-token'] ?? '');
      },
    };
  }

  #sessionOf(login: Login): IamSession {
    const key = sessionKey(login.credentials, login.projectId);
    const session = this.#sessions.get(key) ?? new IamSession(() => this.#logIn(login), this.clock);
    this.#sessions.set(key, session);
    return session;
  }

  /**
   * Log-ins have a gate of their own: while the old token still works, calls must not stop because a log-in in
   * the background was refused, and yet an account must not be locked by log-ins for its several projects.
   */
  #logIn(login: Login): ReturnType<typeof logInAtIam> {
    const { domain, username, password, iamEndpoint } = login.credentials;
    const known = { account: ['log-in', domain, username], secret: [password] };
    const gate = this.#gates.gateOf(known, iamEndpoint);
    return withDeadline(NEVER, LOGIN_TIMEOUT_MS, (signal) =>
      gate.pass(signal, () => logInAtIam(this.exchange, { login, clock: this.clock }, signal)),
    );
  }
}

/** A log-in is shared, so that it does not end with the signal of whoever came first. */
const NEVER = new AbortController().signal;

function sessionKey(credentials: PasswordCredentials, projectId: string | null): string {
  const { iamEndpoint, domain, username, password } = credentials;
  const identity = JSON.stringify([iamEndpoint, domain, username, password, projectId]);
  return createHash('sha256').update(identity).digest('hex');
}

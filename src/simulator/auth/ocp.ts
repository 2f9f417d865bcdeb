import { createHash, createHmac } from 'node:crypto';
import { percentEncode, type Call, type Query } from '../http/call.js';
import type { Accounts } from '../settings.js';
import { Lockout } from './lockout.js';

/** OCP's own code for a refused log-in; null lets the call in. */
export type OcpRefusal = 'not-authenticated' | 'bad-credentials' | 'login-blocked' | null;

/** AK/SK calls are refused once their Date is 15 minutes off (OCP 4.2 documentation, AK/SK signing). */
const LARGEST_SKEW_MS = 15 * 60_000;

/** ocp.iam.login.max-attempts and lockout-minutes at their defaults (OCP configuration parameters). */
const LOCKOUT = { failures: 20, lockMs: 30 * 60_000 };

/** OCP's log-in: HTTP Basic and OCP-ACCESS-KEY-HMACSHA1. */
export class OcpGate {
  readonly #lockout = new Lockout(LOCKOUT);

  constructor(private readonly accounts: () => Accounts) {}

  /** Only attempts that present credentials count towards the block of a client. */
  check(call: Call): OcpRefusal {
    if (this.#lockout.isLocked(call.client, call.nowMs)) return 'login-blocked';
    const [scheme, credentials] = (call.headers.authorization ?? '').split(' ');
    if (!scheme || !credentials) return 'not-authenticated';
    if (!this.#isRight(call, scheme, credentials)) {
      this.#lockout.recordFailure(call.client, call.nowMs);
      return 'bad-credentials';
    }
    this.#lockout.recordSuccess(call.client);
    return null;
  }

  #isRight(call: Call, scheme: string, credentials: string): boolean {
    if (scheme === 'Basic') return this.#isUser(credentials);
    return scheme === 'OCP-ACCESS-KEY-HMACSHA1' && this.#isSignature(call, credentials);
  }

  #isUser(credentials: string): boolean {
    const login = Buffer.from(credentials, 'base64').toString('utf8');
    return this.accounts().ocpUsers.some((user) => `${user.name}:${user.password}` === login);
  }

  #isSignature(call: Call, credentials: string): boolean {
    const colon = credentials.indexOf(':');
    const accessKey = credentials.slice(0, colon);
    const key = this.accounts().ocpAccessKeys.find((known) => known.accessKey === accessKey);
    if (key === undefined || !isTimely(call)) return false;
    return ocpSignature(call, key.secretKey) === credentials.slice(colon + 1);
  }
}

/** The signature a call must carry, by the AK/SK pages of the OCP 4.2 documentation. */
export function ocpSignature(call: Call, secretKey: string): string {
  const message = [
    call.method,
    call.body.length === 0 ? '' : createHash('md5').update(call.body).digest('hex').toUpperCase(),
    call.headers['content-type'] ?? '',
    call.headers.date ?? '',
    call.headers.host ?? '',
    ocpHeaders(call),
    call.path + canonicalQuery(call.query),
  ].join('\n');
  return createHmac('sha1', secretKey).update(message).digest('base64');
}

/** Values stay in the order sent: the vendor's published signature contradicts its own prose on sorting. */
function ocpHeaders(call: Call): string {
  return Object.entries(call.headerValues)
    .filter(([name]) => name.startsWith('x-ocp-'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, values]) => `${name}:${(values ?? []).join(',')}`)
    .join('\n');
}

/** The values of a repeated key are sorted and joined into one, its commas escaped. */
function canonicalQuery(query: Query): string {
  const pairs = [...query]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, values]) => `${percentEncode(name)}=${percentEncode(values.toSorted().join(','))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

const RFC_1123 = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

function isTimely(call: Call): boolean {
  const date = call.headers.date ?? '';
  return RFC_1123.test(date) && Math.abs(call.nowMs - Date.parse(date)) < LARGEST_SKEW_MS;
}

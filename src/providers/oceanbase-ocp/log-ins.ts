import type { CredentialsOf, CredentialType } from '@/model/source.js';
import type { LogIns } from '@/upstream/credentials/authenticator.js';
import { ACCESS_KEYS, USER_KEYS } from '@/upstream/credentials/credential-keys.js';
import { signOcpCall } from './ocp-aksk.js';

/** HTTP Basic authentication. */
const BASIC = { type: 'basic', keys: USER_KEYS } as const satisfies CredentialType;

/** Signs each call (OCP-ACCESS-KEY-HMACSHA1). */
const AKSK = { type: 'aksk', keys: ACCESS_KEYS } as const satisfies CredentialType;

export const OCP_CREDENTIALS: readonly CredentialType[] = [BASIC, AKSK];

export const ocpLogIns: LogIns = {
  basic: ({ credentials, endpoint }, { gates }) => {
    const { username, password } = credentials as CredentialsOf<typeof BASIC>;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
    return {
      gate: gates.gateOf({ account: ['basic', endpoint, username], secret: [password] }, endpoint),
      headersFor: () => ({ authorization }),
    };
  },
  aksk: ({ credentials, endpoint }, { gates, clock }) => {
    const keys = credentials as CredentialsOf<typeof AKSK>;
    const known = { account: ['aksk', 'ocp', keys.accessKey], secret: [keys.secretKey, ''] };
    return {
      gate: gates.gateOf(known, endpoint),
      headersFor: (call) => signOcpCall(call, keys, clock.wallMs()),
    };
  },
};

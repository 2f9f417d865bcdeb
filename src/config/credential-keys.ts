import type { CredentialType } from '@/model/source.js';
import { httpUrl } from './addresses.js';
import { optional, required } from './section.js';
import type { Keys, ValuesOf } from './section.js';
import type { Shape } from './shape.js';
import { text, word } from './values.js';
import { variants } from './variants.js';

/** Sent in a header unchanged: no blanks, ASCII only. IAM tokens may have 32 KiB (IAM API docs). */
function headerSecret(noun: string): Shape<string> {
  return text({
    allowed: `${noun} of visible ASCII characters`,
    pattern: /^[\x21-\x7e]{1,32768}$/,
    secret: true,
  });
}

const TYPE = { description: 'The kind of credentials.' };

/** In HTTP Basic, the name ends at the first colon (RFC 7617). IAM allows no colon either. */
const username = required(text({ allowed: 'a user name without a colon', pattern: /^[^:]{1,256}$/ }), {
  description: 'The user name.',
  example: 'backup-reader',
});

const password = required(text({ allowed: 'a password of 1 to 4096 characters', secret: true }), {
  description: 'The password of the user.',
  example: '${HW_PASSWORD}',
});

/** The keys of each type of credentials. */
export const CREDENTIAL_KEYS = {
  aksk: {
    type: required(word(['aksk']), { ...TYPE, example: 'aksk' }),
    accessKey: required(headerSecret('an access key'), {
      description: 'The access key id.',
      example: '${HW_AK}',
    }),
    secretKey: required(headerSecret('a secret key'), {
      description: 'The secret access key. It signs every call and is never sent.',
      example: '${HW_SK}',
    }),
    securityToken: optional(headerSecret('a security token'), {
      description: 'The security token that belongs to a temporary access key.',
      example: '${HW_SECURITY_TOKEN}',
    }),
  },
  token: {
    type: required(word(['token']), { ...TYPE, example: 'token' }),
    token: required(headerSecret('a token'), {
      description:
        'An IAM token. It is not renewed: when it expires, the source is reported as `UNAUTHORIZED`.',
      example: '${file:/run/secrets/hw-token}',
    }),
  },
  password: {
    type: required(word(['password']), { ...TYPE, example: 'password' }),
    iamEndpoint: required(httpUrl(), {
      description: 'The base URL of the IAM service that issues the tokens.',
      example: 'https://iam.eu-west-101.myhuaweicloud.eu',
    }),
    domain: required(text({ allowed: 'an account name of 1 to 256 characters', pattern: /^.{1,256}$/ }), {
      description: 'The account that the user belongs to.',
      example: 'acme',
    }),
    username,
    password,
  },
  basic: {
    type: required(word(['basic']), { ...TYPE, example: 'basic' }),
    username,
    password,
  },
} as const satisfies Record<CredentialType, Keys>;

type CredentialKeys = (typeof CREDENTIAL_KEYS)[CredentialType];

/** Every type, for a source whose provider is not known. */
export const CREDENTIAL_TYPES = Object.keys(CREDENTIAL_KEYS) as CredentialType[];

/** The credentials of a source; `types` are those that its provider takes. */
export function credentials(types: readonly CredentialType[]): Shape<ValuesOf<CredentialKeys>> {
  const type = required(word(types), { ...TYPE, example: types[0] });
  return variants<CredentialKeys>({
    name: (type) => (type === undefined ? 'credentials' : `${type} credentials`),
    by: 'type',
    tables: Object.fromEntries(types.map((each) => [each, CREDENTIAL_KEYS[each]])),
    fallback: { ...everyKeyOptional(types), type },
  });
}

/** The credentials of one provider; in the JSON Schema, only what differs from the credentials of any type. */
export function narrowed(types: readonly CredentialType[]): Shape<ValuesOf<CredentialKeys>> {
  return { ...credentials(types), schema: { properties: { type: word(types).schema } } };
}

function everyKeyOptional(types: readonly CredentialType[]): Keys {
  const keys = types.flatMap((type) => Object.entries<Keys[string]>(CREDENTIAL_KEYS[type]));
  return Object.fromEntries(keys.map(([name, key]) => [name, optional(key, key)]));
}

import type { CredentialType } from '@/model/source.js';
import { httpUrl } from './addresses.js';
import { optional, required } from './section.js';
import type { Keys, ValuesOf } from './section.js';
import type { Shape } from './shape.js';
import { text, word } from './values.js';
import { variants } from './variants.js';

/** Sent in a header as it is: no blanks, ASCII only. IAM tokens may have 32 KiB (IAM API docs). */
function headerSecret(noun: string): Shape<string> {
  return text({
    allowed: `${noun} of visible ASCII characters`,
    pattern: /^[\x21-\x7e]{1,32768}$/,
    secret: true,
  });
}

const TYPE = { description: 'How the source proves who it is.' };

/** A colon would end the name early in HTTP Basic (RFC 7617); IAM allows none either. */
const username = required(text({ allowed: 'a user name without a colon', pattern: /^[^:]{1,256}$/ }), {
  description: 'The user.',
  example: 'backup-reader',
});

const password = required(text({ allowed: 'a password of 1 to 4096 characters', secret: true }), {
  description: "The user's password.",
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
      description: 'The secret access key; it signs every call and is never sent.',
      example: '${HW_SK}',
    }),
    securityToken: optional(headerSecret('a security token'), {
      description: 'What accompanies a temporary access key.',
      example: '${HW_SECURITY_TOKEN}',
    }),
  },
  token: {
    type: required(word(['token']), { ...TYPE, example: 'token' }),
    token: required(headerSecret('a token'), {
      description: 'A ready IAM token. It is not renewed: once it has expired, the source is UNAUTHORIZED.',
      example: '${file:/run/secrets/hw-token}',
    }),
  },
  password: {
    type: required(word(['password']), { ...TYPE, example: 'password' }),
    iamEndpoint: required(httpUrl(), {
      description: 'The IAM that gives and renews the tokens.',
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

/** What the schema adds for a provider to the credentials of any type. */
export function narrowed(types: readonly CredentialType[]): Shape<ValuesOf<CredentialKeys>> {
  return { ...credentials(types), schema: { properties: { type: word(types).schema } } };
}

function everyKeyOptional(types: readonly CredentialType[]): Keys {
  const keys = types.flatMap((type) => Object.entries<Keys[string]>(CREDENTIAL_KEYS[type]));
  return Object.fromEntries(keys.map(([name, key]) => [name, optional(key, key)]));
}

import type { CredentialType } from '@/model/source.js';
import { ACCESS_KEYS, HEADER_TEXT, USER_KEYS } from '../credentials/credential-keys.js';

/** Signs each call (SDK-HMAC-SHA256). */
export const AKSK = {
  type: 'aksk',
  keys: {
    ...ACCESS_KEYS,
    securityToken: {
      description: 'The security token that belongs to a temporary access key.',
      example: '${HW_SECURITY_TOKEN}',
      allowed: 'a security token of visible ASCII characters',
      pattern: HEADER_TEXT,
      isSecret: true,
      isOptional: true,
    },
  },
} as const satisfies CredentialType;

export const TOKEN = {
  type: 'token',
  keys: {
    token: {
      description:
        'An IAM token. It is not renewed: when it expires, the source is reported as `UNAUTHORIZED`.',
      example: '${file:/run/secrets/hw-token}',
      allowed: 'a token of visible ASCII characters',
      pattern: HEADER_TEXT,
      isSecret: true,
    },
  },
} as const satisfies CredentialType;

/** Gets tokens from IAM. */
export const PASSWORD = {
  type: 'password',
  keys: {
    iamEndpoint: {
      description: 'The base URL of the IAM service that issues the tokens.',
      example: 'https://iam.eu-west-101.myhuaweicloud.eu',
      allowed: 'an absolute http or https URL without credentials, query or fragment',
      pattern: 'url',
    },
    domain: {
      description: 'The account that the user belongs to.',
      example: 'acme',
      allowed: 'an account name of 1 to 256 characters',
      pattern: /^.{1,256}$/,
      isAccount: true,
    },
    ...USER_KEYS,
  },
} as const satisfies CredentialType;

/** What every Huawei Cloud service takes. */
export const HUAWEI_CREDENTIALS: readonly CredentialType[] = [AKSK, TOKEN, PASSWORD];

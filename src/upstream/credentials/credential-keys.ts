import type { CredentialKey } from '@/model/source.js';

/** Sent in a header unchanged: no blanks, ASCII only. IAM tokens may have 32 KiB (IAM API docs). */
export const HEADER_TEXT = /^[\x21-\x7e]{1,32768}$/;

/** The keys that several types of credentials have. */
export const ACCESS_KEYS = {
  accessKey: {
    description: 'The access key id.',
    example: '${HW_AK}',
    allowed: 'an access key of visible ASCII characters',
    pattern: HEADER_TEXT,
    isSecret: true,
    isAccount: true,
  },
  secretKey: {
    description: 'The secret access key. It signs every call and is never sent.',
    example: '${HW_SK}',
    allowed: 'a secret key of visible ASCII characters',
    pattern: HEADER_TEXT,
    isSecret: true,
  },
} as const satisfies Record<string, CredentialKey>;

export const USER_KEYS = {
  username: {
    description: 'The user name.',
    example: 'backup-reader',
    allowed: 'a user name without a colon',
    // In HTTP Basic, the name ends at the first colon (RFC 7617). IAM allows no colon either.
    pattern: /^[^:]{1,256}$/,
    isAccount: true,
  },
  password: {
    description: 'The password of the user.',
    example: '${HW_PASSWORD}',
    allowed: 'a password of 1 to 4096 characters',
    pattern: /^.{1,4096}$/s,
    isSecret: true,
  },
} as const satisfies Record<string, CredentialKey>;

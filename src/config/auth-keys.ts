import { SCOPES, type Scope } from '@/model/scope.js';
import { issuerUrl } from './addresses.js';
import { listById, listOfSome } from './list.js';
import type { ProblemLog } from './problem-log.js';
import { leftOutOnlyIfAbsent, optional, required, section } from './section.js';
import type { Keys, ValuesOf } from './section.js';
import { scalar } from './shape.js';
import type { Shape } from './shape.js';
import { requestRate, text, word } from './values.js';
import type { YamlNode } from './yaml-tree.js';

const SOURCE_ID = text({ allowed: 'the id of a configured source', pattern: /^.{1,256}$/ });

/**
 * What may be done, and with which sources. An empty placeholder would give more rights than the list that it stands for,
 * so it is an error.
 */
export const GRANT_KEYS = {
  scopes: required<readonly (Scope | undefined)[]>(listOfSome('scopes', word(SCOPES)), {
    description: 'What may be done. `docs/access.md` says what each scope is for.',
    example: ['tasks:read'],
  }),
  sources: leftOutOnlyIfAbsent(listOfSome('ids of sources', SOURCE_ID), {
    description: 'The sources that may be seen; no others are shown or named. Default: all of them.',
    example: ['search-logs'],
  }),
} as const satisfies Keys;

const KEY_HASH = /^sha256:[0-9a-f]{64}$/;
const HASH_OF_KEY = text({
  allowed: '"sha256:" and the SHA-256 of the key in 64 lower-case hex digits, as `npm run keygen` prints it',
  pattern: KEY_HASH,
  secret: true,
});

/** The hash of an API key. What looks like the key itself is refused with a way to hash it. */
const keyHash: Shape<string> = {
  ...HASH_OF_KEY,
  read: (node, problems) => {
    if (!isKey(node)) return HASH_OF_KEY.read(node, problems);
    problems.note(node, KEY_IN_PLACE_OF_HASH);
    return undefined;
  },
};

const KEY_IN_PLACE_OF_HASH =
  'this is a key, not its hash; use what `npm run keygen` prints as hash, and replace the key if others can read this file';

function isKey(node: YamlNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string' && node.value.startsWith('trib_');
}

export const API_KEY_KEYS = {
  id: required(
    text({
      allowed: '1 to 64 letters, digits, and . _ @ -, but neither anonymous nor unknown',
      pattern: /^(?!(anonymous|unknown)$)[A-Za-z0-9._@-]{1,64}$/,
    }),
    { description: 'The unique name of the key. Logs show it; it is not secret.', example: 'grafana' },
  ),
  hash: required(keyHash, {
    description:
      'The hash of the key, which is stored nowhere. `npm run keygen -- ID` makes a key and prints its hash.',
    example: 'sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b',
  }),
  ...GRANT_KEYS,
  rateLimit: optional(requestRate(), {
    description: 'The limit of requests with this key. Default: `auth.rateLimit`.',
    example: '600/1m',
  }),
} as const satisfies Keys;

const CLAIM_TEXT = text({ allowed: 'a text of 1 to 1024 characters', pattern: /^.{1,1024}$/ });

export const CLAIM_GRANT_KEYS = {
  claim: required(CLAIM_TEXT, {
    description: 'The name of a claim at the top level of the token.',
    example: 'groups',
  }),
  value: required(CLAIM_TEXT, {
    description: 'The text that the claim must be, or contain if it is a list. Case matters.',
    example: 'backup-operators',
  }),
  ...GRANT_KEYS,
} as const satisfies Keys;

export const OIDC_KEYS = {
  issuer: required(issuerUrl(), {
    description:
      'The issuer, exactly as its tokens have it in `iss`. Its keys are found by OpenID Connect Discovery.',
    example: 'https://login.example.com/realms/ops',
  }),
  audience: required(text({ allowed: 'an audience of 1 to 1024 characters', pattern: /^.{1,1024}$/ }), {
    description: 'What tokens for this gateway have in `aud`. Tokens for others are refused.',
    example: 'tributary',
  }),
  grants: required(listOfSome('grants', section('a grant', CLAIM_GRANT_KEYS)), {
    description:
      'What the claims of a token allow. All grants that match a token apply, each to its own sources.',
    example: [{ claim: 'groups', value: 'dba', scopes: ['tasks:read'], sources: ['oceanbase'] }],
  }),
} as const satisfies Keys;

export const AUTH_KEYS = {
  apiKeys: optional(listById('API keys', section('an API key', API_KEY_KEYS)), {
    description: 'The API keys that are accepted.',
    example: [
      {
        id: 'grafana',
        hash: 'sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b',
        scopes: ['tasks:read'],
      },
    ],
  }),
  oidc: optional(listOfSome('issuers', section('an issuer', OIDC_KEYS)), {
    description: 'The issuers whose access tokens (JWT) are accepted.',
    example: [
      {
        issuer: 'https://login.example.com/realms/ops',
        audience: 'tributary',
        grants: [{ claim: 'groups', value: 'dba', scopes: ['tasks:read'] }],
      },
    ],
  }),
  anonymous: optional(section('a map', GRANT_KEYS), {
    description: 'What requests without credentials may do. Default: nothing; they get 401.',
    example: { scopes: ['tasks:read'], sources: ['search-logs'] },
  }),
  rateLimit: optional(requestRate(), {
    description:
      'The limit of requests of each principal that has none of its own; without credentials, of each client address. Default: no limit.',
    example: '1200/1m',
  }),
  metrics: optional(word(['open']), {
    description:
      '`open`: `/metrics` needs no credentials; it shows the names of resources of all sources. Default: it needs the scope `metrics:read`.',
    example: 'open',
  }),
} as const satisfies Keys;

const MAP = section('a map', AUTH_KEYS);
const NONE = scalar<'none'>({
  allowed: `none, or ${MAP.allowed}`,
  schema: { enum: ['none'] },
  parse: ({ value }) => (value === 'none' ? value : undefined),
});
const NOBODY =
  'nobody may send requests; add apiKeys, oidc or anonymous, or write "auth: none" to let in everyone who can reach the server';

/** `none`, or who may send requests. */
export function authentication(): Shape<'none' | ValuesOf<typeof AUTH_KEYS>> {
  return {
    allowed: NONE.allowed,
    schema: { anyOf: [NONE.schema, MAP.schema] },
    read: (node, problems) => (node.kind === 'map' ? readMap(node, problems) : NONE.read(node, problems)),
  };
}

function readMap(node: YamlNode, problems: ProblemLog): ValuesOf<typeof AUTH_KEYS> | undefined {
  const values = MAP.read(node, problems);
  if (values?.apiKeys === null && values.oidc === null && values.anonymous === null)
    problems.note(node, NOBODY);
  return values;
}

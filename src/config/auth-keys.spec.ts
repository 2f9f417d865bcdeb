import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { ConfigError } from './config-error.js';
import { configSchema } from './config-schema.js';
import type { Config } from './config.js';
import { loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-auth-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const acceptedBySchema = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
  configSchema(PROVIDER_SETTINGS),
);

const SOURCES = `sources:
  - { id: logs, provider: huawei-cbr, endpoint: "https://cbr.example", projectId: p1, credentials: { type: token, token: t } }
  - { id: oceanbase, provider: oceanbase-ocp, endpoint: "http://ocp.internal", credentials: { type: basic, username: u, password: p } }
`;
const HASH = `sha256:${'ab'.repeat(32)}`;
const OTHER_HASH = `sha256:${'cd'.repeat(32)}`;
const SECRET_KEY = `trib_${'x'.repeat(43)}`;
const KEY = `{ id: grafana, hash: "${HASH}", scopes: [tasks:read] }`;
const GRANT = '{ claim: groups, value: dba, scopes: [tasks:read] }';
const issuer = (url: string, grants = `[${GRANT}]`): string =>
  `{ issuer: "${url}", audience: tributary, grants: ${grants} }`;

function load(auth: string): Config {
  const file = join(folder, 'tributary.yaml');
  writeFileSync(file, `auth: ${auth}\n${SOURCES}`);
  return loadConfig({ file, env: { EMPTY: '', KEY: SECRET_KEY }, providers: PROVIDER_SETTINGS });
}

/** `field: what is wrong` of each problem. */
function problemsOf(auth: string): string[] {
  try {
    load(auth);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ field, detail }) => `${field}: ${detail}`);
  }
}

describe('the key auth', () => {
  it('is read with what is left out filled in', () => {
    const { auth } = load(`
  apiKeys: [{ id: grafana, hash: "${HASH}", scopes: [tasks:read], sources: [logs], rateLimit: 600/1m }]
  oidc: [${issuer('https://login.example.com/')}]
  anonymous: { scopes: [tasks:read] }
  metrics: open`);
    expect(auth).toEqual({
      apiKeys: [
        {
          id: 'grafana',
          hash: HASH,
          scopes: ['tasks:read'],
          sources: ['logs'],
          rateLimit: { calls: 600, perMs: 60_000 },
        },
      ],
      oidc: [
        {
          issuer: 'https://login.example.com/',
          audience: 'tributary',
          grants: [{ claim: 'groups', value: 'dba', scopes: ['tasks:read'], sources: null }],
        },
      ],
      anonymous: { scopes: ['tasks:read'], sources: null },
      rateLimit: null,
      metrics: 'open',
    });
  });

  it.each([
    'none',
    `{ apiKeys: [${KEY}], rateLimit: 1200/1m }`,
    `{ apiKeys: [{ id: a, hash: "${HASH}", scopes: [sources:read] }, { id: b, hash: "${OTHER_HASH}", scopes: [tasks:raw] }] }`,
    `{ oidc: [${issuer('http://127.0.0.1:8080/realms/ops')}, ${issuer('https://login.example.com')}] }`,
    `{ oidc: [${issuer('http://[::1]:8080')}] }`,
    `{ oidc: [${issuer('https://a.example', `[${GRANT}, { claim: groups, value: dba, scopes: [tasks:raw] }]`)}] }`,
    '{ anonymous: { scopes: [tasks:read, metrics:read], sources: [oceanbase, logs] } }',
  ])('accepts %s, and so does the schema', (auth) => {
    expect(problemsOf(auth)).toEqual([]);
    expect(acceptedBySchema(parse(`auth: ${auth}\n${SOURCES}`))).toBe(true);
  });
});

const WRONG: readonly (readonly [name: string, auth: string, problem: string])[] = [
  [
    'an empty map',
    '{}',
    'auth: nobody may send requests; add apiKeys, oidc or anonymous, or write "auth: none"',
  ],
  ['limits alone', '{ rateLimit: 5/1m, metrics: open }', 'auth: nobody may send requests; add apiKeys'],
  [
    'no keys',
    '{ apiKeys: [] }',
    'auth.apiKeys: an empty list is not valid; use a list of one or more API keys',
  ],
  [
    'an unknown scope',
    '{ anonymous: { scopes: [task:read] } }',
    'auth.anonymous.scopes[0]: "task:read" is not valid; use one of tasks:read, tasks:raw, sources:read, sources:refresh, metrics:read; did you mean tasks:read?',
  ],
  [
    'no scope',
    '{ anonymous: { scopes: [] } }',
    'auth.anonymous.scopes: an empty list is not valid; use a list of one or more scopes',
  ],
  [
    'an unknown source',
    '{ anonymous: { scopes: [tasks:read], sources: [log] } }',
    'auth.anonymous.sources[0]: "log" is not a configured source; use one of logs, oceanbase; did you mean logs?',
  ],
  [
    'an unknown source of a key',
    `{ apiKeys: [{ id: a, hash: "${HASH}", scopes: [tasks:read], sources: [logs, Ghost] }] }`,
    'auth.apiKeys[0].sources[1]: "Ghost" is not a configured source; use one of logs, oceanbase',
  ],
  [
    'an unknown source of a grant',
    `{ oidc: [${issuer('https://a.example', '[{ claim: c, value: v, scopes: [tasks:read], sources: [x] }]')}] }`,
    'auth.oidc[0].grants[0].sources[0]: "x" is not a configured source; use one of logs, oceanbase',
  ],
  [
    'sources that are empty',
    '{ anonymous: { scopes: [tasks:read], sources: [] } }',
    'auth.anonymous.sources: an empty list is not valid; use a list of one or more ids of sources',
  ],
  [
    'sources from an empty variable, which must not become all',
    '{ anonymous: { scopes: [tasks:read], sources: "${EMPTY}" } }',
    'auth.anonymous.sources: an empty text is not valid; use a list of one or more ids of sources',
  ],
  [
    'two keys with one id',
    `{ apiKeys: [${KEY}, { id: grafana, hash: "${OTHER_HASH}", scopes: [tasks:read] }] }`,
    'auth.apiKeys[1].id: the same as auth.apiKeys[0].id; use a different id',
  ],
  [
    'two keys with one hash',
    `{ apiKeys: [${KEY}, { id: other, hash: "${HASH}", scopes: [tasks:raw] }] }`,
    'auth.apiKeys[1].hash: the same as auth.apiKeys[0].hash; give each key a hash of its own',
  ],
  [
    'a key in place of its hash',
    `{ apiKeys: [{ id: a, hash: ${SECRET_KEY}, scopes: [tasks:read] }] }`,
    'auth.apiKeys[0].hash: this is a key, not its hash; use what `npm run keygen` prints as hash',
  ],
  [
    'a key of the environment in place of its hash',
    '{ apiKeys: [{ id: a, hash: "${KEY}", scopes: [tasks:read] }] }',
    'auth.apiKeys[0].hash: this is a key, not its hash; use what `npm run keygen` prints as hash',
  ],
  [
    'a hash of another kind',
    '{ apiKeys: [{ id: a, hash: "md5:aa", scopes: [tasks:read] }] }',
    'auth.apiKeys[0].hash: (hidden) is not valid; use "sha256:" and the SHA-256 of the key in 64 lower-case hex digits',
  ],
  [
    'an id that logs use for requests without a key',
    `{ apiKeys: [{ id: anonymous, hash: "${HASH}", scopes: [tasks:read] }] }`,
    'auth.apiKeys[0].id: "anonymous" is not valid; use 1 to 64 letters, digits, and . _ @ -, but neither',
  ],
  [
    'an issuer that others can imitate',
    `{ oidc: [${issuer('http://login.example.com')}] }`,
    'auth.oidc[0].issuer: "http://login.example.com" is not valid; use an https URL (http on loopback only)',
  ],
  [
    'an issuer twice',
    `{ oidc: [${issuer('https://a.example')}, ${issuer('https://a.example')}] }`,
    'auth.oidc[1].issuer: the same as auth.oidc[0].issuer; put all grants of an issuer into one entry',
  ],
  [
    'a grant twice, in another order',
    `{ oidc: [${issuer('https://a.example', '[{ claim: c, value: v, scopes: [tasks:read, tasks:raw] }, { value: v, claim: c, scopes: [tasks:raw, tasks:read] }]')}] }`,
    'auth.oidc[0].grants[1]: the same as auth.oidc[0].grants[0]; remove one of the two',
  ],
  [
    'a limit that the headers cannot show',
    '{ anonymous: { scopes: [tasks:read] }, rateLimit: 5/1500ms }',
    'auth.rateLimit: "5/1500ms" is not valid; use a number of requests per duration of whole seconds, from 1s to 1d',
  ],
  [
    'metrics that are not open',
    '{ anonymous: { scopes: [tasks:read] }, metrics: closed }',
    'auth.metrics: "closed" is not valid; use open',
  ],
];

describe('an auth that is not right', () => {
  it.each(WRONG)('%s gets one problem that says what to do', (_name, auth, problem) => {
    expect(problemsOf(auth)).toEqual([expect.stringContaining(problem)]);
  });

  it('shows no key, whatever is wrong with it', () => {
    const text = WRONG.flatMap(([, auth]) => problemsOf(auth)).join('\n');
    expect(text).not.toContain(SECRET_KEY);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { ConfigError } from './config-error.js';
import { configSchema } from './config-schema.js';
import { loadConfig } from './load-config.js';

const ENV = { SECRET: 'a-secret-of-the-environment', PORT: '8443', WORD: 'bad words', EMPTY: '' };

const folder = mkdtempSync(join(tmpdir(), 'tributary-config-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const acceptedBySchema = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
  configSchema(PROVIDER_SETTINGS),
);

/** The problems of a file, one line each, without the name of the file. */
function problemsOf(yaml: string): string[] {
  const file = join(folder, 'tributary.yaml');
  writeFileSync(file, yaml);
  try {
    loadConfig({ file, env: ENV, providers: PROVIDER_SETTINGS });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map((line) => line.replace(`${file}:`, ''));
  }
}

const OCP = `sources:
  - id: ob
    provider: oceanbase-ocp
    endpoint: http://ocp.internal:8080
    credentials: { type: basic, username: admin, password: pw }
`;
/** To be put below OCP. */
const ANOTHER_OCP = OCP.replace('sources:\n', '').replace('id: ob', 'id: ob2');
const CBR = `sources:
  - id: cbr
    provider: huawei-cbr
    endpoint: https://cbr.example
    projectId: p1
    credentials: { type: token, token: abc }
`;
/** Line 6 of the file is the addition. */
const ocpWith = (line: string): string => `${OCP}    ${line}\n`;
const cbrWith = (line: string): string => `${CBR}    ${line}\n`;
/** Line 1 of the file is the addition. */
const topWith = (line: string): string => `${line}\n${OCP}`;
const source = (from: string | RegExp, to: string): string => OCP.replace(from, to);

const DURATION = 'such as 500ms, 15s, 5m, 24h or 30d';
const REDIS_RULE =
  'redis://host:6379/0, redis-sentinel://host:26379,host:26379/0#master-name or redis-cluster://host:6379,host:6379 (rediss, rediss-sentinel and rediss-cluster for TLS), with user:password@ before the hosts if needed (% @ : / ? # in them as %25 %40 %3A %2F %3F %23), or a map with the keys url, username, password, sentinelUsername, sentinelPassword';
const URL_RULE = 'an absolute http or https URL without credentials, query or fragment';
const ID_RULE = 'a lower-case letter, then up to 62 lower-case letters, digits and -';
const LOOPBACK_RULE =
  'say who may send requests (auth.apiKeys, auth.oidc or auth.anonymous), or set "auth: none" to let in everyone who can reach the server, or use 127.0.0.0/8, ::1 or localhost';

/** Files that are good for the check and for the schema. */
const GOOD: readonly (readonly [string, string])[] = [
  ['the least there can be', OCP],
  ['the least of CBR', CBR],
  [
    'every key of the server',
    topWith('server: { host: ::1, port: 0, deadline: 60s, shutdownTimeout: 500ms }'),
  ],
  ['a secret of 16 characters', topWith('server: { secret: 0123456789abcdef }')],
  [
    'a place behind a proxy',
    topWith(
      'server: { basePath: /ops/backups, trustProxy: [10.0.0.0/8, "fd00::/8", 127.0.0.1], allowedHosts: ["[::1]", a.example] }',
    ),
  ],
  ['an origin', topWith('server: { cors: { origins: ["https://a.example", "http://localhost:8080"] } }')],
  ['another address with auth', topWith('server: { host: 0.0.0.0 }\nauth: none')],
  ['a host name of loopback', topWith('server: { host: localhost }')],
  ['a Redis with a password', topWith('cache: { redis: "rediss://user:pw@redis.example:6380/1" }')],
  ['a Redis behind Sentinels', topWith('cache: { redis: "redis-sentinel://:pw@a:26379,b/1#main" }')],
  [
    'a Redis with keys of its own',
    topWith('cache: { redis: { url: "redis-sentinel://a#main", password: pw, sentinelPassword: spw } }'),
  ],
  ['a Redis Cluster', topWith('cache: { redis: "rediss-cluster://user:pw@a:1,[::1]:2" }')],
  ['a prefix', topWith('cache: { redis: "redis://redis", prefix: "team-a:tributary" }')],
  ['a log level', topWith('log: { level: debug }')],
  ['memory for bodies', topWith('limits: { bodyMemory: 128MiB }')],
  ['no resources in metrics', topWith('metrics: { maxResources: 0 }')],
  ['numbers from the environment', topWith('server: { port: "${PORT}" }')],
  ['a cluster with a number for an id', ocpWith('clusters: [{ id: 1000005 }]')],
  ['a rate', ocpWith('rate: 200/5m')],
  ['a project of digits', CBR.replace('p1', '0123')],
  ['a password of digits', source('password: pw', 'password: 0123')],
  ['a default for a port', topWith('server: { port: "${NO_PORT:-3000}" }')],
  ['a dollar sign before a placeholder', source('password: pw', 'password: "$$${SECRET}"')],
  ['clusters that are left out', ocpWith('discovery: { exclude: ["test-*", 7], maxClusters: 10 }')],
  ['a limit of clusters', ocpWith('discovery: { maxClusters: 10000 }')],
  ['every tuning key', ocpWith('timeout: 1s\n    concurrency: 1\n    maxTasksPerFeed: 5')],
  ['an inventory', cbrWith('inventory: true')],
  ['a window and an enterprise project', cbrWith('window: 7d\n    enterpriseProjectId: "0"')],
  ['an alias', `${OCP.replace('{ type', '&login { type')}${ANOTHER_OCP.replace(/\{ type.*/, '*login')}`],
  [
    'a temporary access key',
    CBR.replace('type: token, token: abc', 'type: aksk, accessKey: a, secretKey: b, securityToken: c'),
  ],
];

interface BadFile {
  readonly name: string;
  readonly yaml: string;
  readonly problems: readonly unknown[];
  /** False for what a JSON Schema cannot express. */
  readonly schemaSees?: boolean;
}

const BAD: readonly BadFile[] = [
  {
    name: 'memory for bodies in another unit',
    yaml: topWith('limits: { bodyMemory: 128MB }'),
    problems: [
      '1:23 limits.bodyMemory: "128MB" is not valid; use a size from 16MiB to 64GiB, such as 128MiB or 1GiB',
    ],
  },
  {
    name: 'a part of a resource in metrics',
    yaml: topWith('metrics: { maxResources: 1.5 }'),
    problems: ['1:26 metrics.maxResources: 1.5 is not valid; use a whole number from 0 to 100000'],
  },
  {
    name: 'too little memory for bodies',
    yaml: topWith('limits: { bodyMemory: 1MiB }'),
    problems: [
      '1:23 limits.bodyMemory: "1MiB" is not valid; use a size from 16MiB to 64GiB, such as 128MiB or 1GiB',
    ],
    schemaSees: false,
  },
  {
    name: 'an unknown top-level key',
    yaml: topWith('sorces: []'),
    problems: [
      '1:1 sorces: unknown key; use one of server, cache, window, proxy, log, limits, metrics, auth, expectations, resources, exclusions, maintenance, sources; did you mean sources?',
    ],
  },
  {
    name: 'an unknown key in another spelling',
    yaml: topWith('cache: { fresh_for: 15s }'),
    problems: [
      '1:10 cache.fresh_for: unknown key; use one of redis, prefix, freshFor, keepFor, minRefreshInterval; did you mean freshFor?',
    ],
  },
  {
    name: 'an unknown key named like a property of every object',
    yaml: topWith('__proto__: 1'),
    problems: [
      '1:1 __proto__: unknown key; use one of server, cache, window, proxy, log, limits, metrics, auth, expectations, resources, exclusions, maintenance, sources',
    ],
  },
  {
    name: 'no sources',
    yaml: 'window: 1d\n',
    problems: ['1:1 sources: no value; use a list of one or more sources'],
  },
  {
    name: 'an empty list of sources',
    yaml: 'sources: []\n',
    problems: ['1:10 sources: an empty list is not valid; use a list of one or more sources'],
  },
  {
    name: 'a source that is a text',
    yaml: 'sources:\n  - ob\n',
    problems: [
      '2:5 sources[0]: a text is not valid; use a source with the keys id, provider, endpoint, region, projectId, clusters, discovery, credentials, enterpriseProjectId, inventory, proxy, ca, clientCertificate, clientKey, timeout, concurrency, rate, maxTasksPerFeed, freshFor, keepFor, minRefreshInterval, keepWarm, window',
    ],
  },
  {
    name: 'a list at the top',
    yaml: '- a\n',
    problems: [
      '1:1: a list is not valid; use a map with the keys server, cache, window, proxy, log, limits, metrics, auth, expectations, resources, exclusions, maintenance, sources',
    ],
  },
  {
    name: 'an id with capitals',
    yaml: source('id: ob', 'id: OB'),
    problems: [`2:9 sources[0].id: "OB" is not valid; use ${ID_RULE}`],
  },
  {
    name: 'an id too long',
    yaml: source('id: ob', `id: ${'a'.repeat(100)}`),
    problems: [`2:9 sources[0].id: "${'a'.repeat(80)}…" is not valid; use ${ID_RULE}`],
  },
  {
    name: 'two sources with one id',
    yaml: OCP + ANOTHER_OCP.replace('ob2', 'ob'),
    problems: ['6:9 sources[1].id: the same as sources[0].id; use a different id'],
    schemaSees: false,
  },
  {
    name: 'a mistyped provider',
    yaml: source('oceanbase-ocp', 'oceanbase'),
    problems: [
      '3:15 sources[0].provider: "oceanbase" is not valid; use one of huawei-cbr, huawei-cce, huawei-css, oceanbase-ocp; did you mean oceanbase-ocp?',
    ],
  },
  ...['ocp.internal', 'ftp://ocp.internal', 'http://', 'http://ocp.internal/#a'].map((endpoint) => ({
    name: `the endpoint ${endpoint}`,
    yaml: source('http://ocp.internal:8080', JSON.stringify(endpoint)),
    problems: [
      `4:15 sources[0].endpoint: ${JSON.stringify(endpoint.replace('#a', '?(hidden)'))} is not valid; use ${URL_RULE}`,
    ],
  })),
  {
    name: 'an endpoint with credentials and a query, which are not shown',
    yaml: source('http://ocp.internal:8080', 'https://me:hush@ocp.internal/x?token=hush'),
    problems: [`4:15 sources[0].endpoint: "(hidden)@ocp.internal/x?(hidden)" is not valid; use ${URL_RULE}`],
  },
  {
    name: 'a port that no URL has',
    yaml: source(':8080', ':99999'),
    problems: [`4:15 sources[0].endpoint: "http://ocp.internal:99999" is not valid; use ${URL_RULE}`],
    schemaSees: false,
  },
  {
    name: 'credentials that the provider does not take',
    yaml: source('type: basic, username: admin, password: pw', 'type: token, token: abc'),
    problems: [
      '5:26 sources[0].credentials.type: "token" is not valid; use one of basic, aksk',
      '5:33 sources[0].credentials.token: unknown key; use { type: basic, username, password } or { type: aksk, accessKey, secretKey }',
    ],
  },
  {
    name: 'credentials of another type',
    yaml: source('username: admin, password: pw', 'accessKey: pw'),
    problems: [
      '5:18 sources[0].credentials.username: no value; use a user name without a colon',
      '5:18 sources[0].credentials.password: no value; use a password of 1 to 4096 characters',
      '5:33 sources[0].credentials.accessKey: unknown key; use one of type, username, password',
    ],
  },
  {
    name: 'credentials as a text, which is not shown',
    yaml: source('{ type: basic, username: admin, password: pw }', 'hush'),
    problems: [
      '5:18 sources[0].credentials: a text is not valid; use { type: basic, username, password } or { type: aksk, accessKey, secretKey }',
    ],
  },
  {
    name: 'no credentials',
    yaml: source(/ {4}credentials.*\n/, ''),
    problems: [
      '2:5 sources[0].credentials: no value; use { type: basic, username, password } or { type: aksk, accessKey, secretKey }',
    ],
  },
  {
    name: 'a password that YAML reads as a boolean, which is not shown',
    yaml: source('password: pw', 'password: true'),
    problems: [
      '5:60 sources[0].credentials.password: a boolean is not valid; use a password of 1 to 4096 characters; put it in quotes if it is meant as a text',
    ],
  },
  ...['~', 'null', 'Null'].map((written) => ({
    name: `a user that YAML reads as null: ${written}`,
    yaml: source('username: admin', `username: ${written}`),
    problems: [
      '5:43 sources[0].credentials.username: no value; use a user name without a colon; put it in quotes if it is meant as a text',
    ],
  })),
  {
    name: 'an empty password',
    yaml: source('password: pw', 'password: "${EMPTY}"'),
    problems: [
      '5:60 sources[0].credentials.password: an empty text is not valid; use a password of 1 to 4096 characters',
    ],
    schemaSees: false,
  },
  {
    name: 'a password with a line break, which is not shown',
    yaml: source('password: pw', 'password: "hu\\nsh"'),
    problems: [
      '5:60 sources[0].credentials.password: (hidden) is not valid; use a password of 1 to 4096 characters, without line breaks or other control characters',
    ],
  },
  {
    name: 'a token that no header can carry, which is not shown',
    yaml: source('type: basic, username: admin, password: pw', 'type: aksk, accessKey: "a b", secretKey: ü'),
    problems: [
      '5:43 sources[0].credentials.accessKey: (hidden) is not valid; use an access key of visible ASCII characters',
      '5:61 sources[0].credentials.secretKey: (hidden) is not valid; use a secret key of visible ASCII characters',
    ],
  },
  {
    name: 'a user name with a colon',
    yaml: source('username: admin', 'username: "a:b"'),
    problems: ['5:43 sources[0].credentials.username: "a:b" is not valid; use a user name without a colon'],
  },
  {
    name: 'a forgotten colon that makes a secret part of the value above',
    yaml: `${OCP.replace(/ {4}credentials.*\n/, '')}    credentials:\n      type: basic\n        password hush\n`,
    problems: [
      '6:13 sources[0].credentials.type: a text over several lines is not valid; use one of basic, aksk',
    ],
  },
  {
    name: 'a forgotten colon that makes a secret part of a key',
    yaml: source('username: admin, password: pw', 'username: admin, password hush'),
    problems: [
      '5:18 sources[0].credentials.password: no value; use a password of 1 to 4096 characters',
      '5:50 sources[0].credentials["password…"]: unknown key; use one of type, username, password',
    ],
  },
  {
    name: 'a missing project',
    yaml: CBR.replace('    projectId: p1\n', ''),
    problems: ['2:5 sources[0].projectId: no value; use a project id of 1 to 64 letters, digits, - and _'],
  },
  {
    name: 'a required project whose placeholder is empty',
    yaml: CBR.replace('p1', '"${EMPTY}"'),
    problems: [
      '5:16 sources[0].projectId: an empty text is not valid; use a project id of 1 to 64 letters, digits, - and _',
    ],
    schemaSees: false,
  },
  {
    name: 'a project that would change the path',
    yaml: CBR.replace('p1', '../p1'),
    problems: [
      '5:16 sources[0].projectId: "../p1" is not valid; use a project id of 1 to 64 letters, digits, - and _',
    ],
  },
  {
    name: 'a project that YAML reads as a number and that is no project id',
    yaml: CBR.replace('p1', '1.5'),
    problems: [
      '5:16 sources[0].projectId: 1.5 is not valid; use a project id of 1 to 64 letters, digits, - and _',
    ],
    schemaSees: false,
  },
  {
    name: 'clusters where there are none',
    yaml: cbrWith('clusters: [{ id: a }]'),
    problems: ['7:5 sources[0].clusters: a source of huawei-cbr does not take this key; remove it'],
  },
  {
    name: 'clusters that are left out beside clusters that are named',
    yaml: ocpWith('clusters: [{ id: a }]\n    discovery: { exclude: [b] }'),
    problems: [
      '7:16 sources[0].discovery: clusters and discovery exclude each other; use clusters to name them, or discovery to find them',
    ],
    schemaSees: false,
  },
  {
    name: 'a cluster that is left out, as a text',
    yaml: ocpWith('discovery: { exclude: test-* }'),
    problems: [
      '6:27 sources[0].discovery.exclude: a text is not valid; use a list of ids or names of clusters',
    ],
  },
  {
    name: 'a limit of no clusters',
    yaml: ocpWith('discovery: { maxClusters: 0 }'),
    problems: ['6:31 sources[0].discovery.maxClusters: 0 is not valid; use a whole number from 1 to 10000'],
  },
  {
    name: 'a search for clusters where there are none',
    yaml: cbrWith('discovery: { maxClusters: 5 }'),
    problems: ['7:5 sources[0].discovery: a source of huawei-cbr does not take this key; remove it'],
  },
  {
    name: 'a window where there is none',
    yaml: ocpWith('window: 7d'),
    problems: ['6:5 sources[0].window: a source of oceanbase-ocp does not take this key; remove it'],
  },
  {
    name: 'an inventory where there is none',
    yaml: cbrWith('inventory: true').replace('huawei-cbr', 'huawei-css'),
    problems: ['7:5 sources[0].inventory: a source of huawei-css does not take this key; remove it'],
  },
  {
    name: 'an inventory that is neither true nor false',
    yaml: cbrWith('inventory: vaults'),
    problems: ['7:16 sources[0].inventory: "vaults" is not valid; use true or false'],
  },
  {
    name: 'an enterprise project where there is none',
    yaml: ocpWith('enterpriseProjectId: "0"'),
    problems: [
      '6:5 sources[0].enterpriseProjectId: a source of oceanbase-ocp does not take this key; remove it',
    ],
  },
  {
    name: 'an empty list of clusters',
    yaml: ocpWith('clusters: []'),
    problems: ['6:15 sources[0].clusters: an empty list is not valid; use a list of one or more clusters'],
  },
  {
    name: 'a cluster named twice, once as a number',
    yaml: ocpWith('clusters: [{ id: 12 }, { id: "12" }]'),
    problems: ['6:34 sources[0].clusters[1].id: the same as sources[0].clusters[0].id; use a different id'],
    schemaSees: false,
  },
  {
    name: 'a cluster id that is a fraction',
    yaml: ocpWith('clusters: [{ id: 1.5 }]'),
    problems: [
      '6:22 sources[0].clusters[0].id: 1.5 is not valid; use a cluster id of 1 to 64 letters, digits, - and _',
    ],
    schemaSees: false,
  },
  {
    name: 'a rate without a time',
    yaml: ocpWith('rate: 200'),
    problems: [
      '6:11 sources[0].rate: 200 is not valid; use a number of calls per duration of at most 1d, such as 200/5m',
    ],
  },
  {
    name: 'a concurrency of nothing',
    yaml: ocpWith('concurrency: 0'),
    problems: ['6:18 sources[0].concurrency: 0 is not valid; use a whole number from 1 to 64'],
  },
  {
    name: 'a deadline too long',
    yaml: topWith('server: { deadline: 61s }'),
    problems: [`1:21 server.deadline: "61s" is not valid; use a duration up to 60s, ${DURATION}`],
    schemaSees: false,
  },
  ...['0s', '-1s', '1.5h', '15', '15 s', '1w', '010s', '15S'].map((window) => ({
    name: `the duration ${window}`,
    yaml: topWith(`window: "${window}"`),
    problems: [`1:9 window: "${window}" is not valid; use a duration up to 3650d, ${DURATION}`],
  })),
  {
    name: 'a duration without a unit',
    yaml: topWith('window: 30'),
    problems: [`1:9 window: 30 is not valid; use a duration up to 3650d, ${DURATION}`],
  },
  ...['65536', '-1', '1.5', '"3000"', 'true', '[1]', ''].map((port) => ({
    name: `the port ${port}`,
    yaml: topWith(`server:\n  port: ${port}`),
    problems: [
      expect.stringMatching(
        /^2:\d+ server\.port: (.+ is not valid|no value); use a whole number from 0 to 65535$/,
      ),
    ],
  })),
  {
    name: 'a port from the environment that is not a number, which is not shown',
    yaml: topWith('server: { port: "${WORD}" }'),
    problems: ['1:17 server.port: (hidden) is not valid; use a whole number from 0 to 65535'],
    schemaSees: false,
  },
  {
    name: 'a short secret, which is not shown',
    yaml: topWith('server: { secret: 0123456789abcde }'),
    problems: ['1:19 server.secret: (hidden) is not valid; use a secret of 16 to 4096 characters'],
  },
  {
    name: 'an address for all without auth',
    yaml: topWith('server: { host: 0.0.0.0 }'),
    problems: [`1:17 server.host: "0.0.0.0" needs a top-level auth: ${LOOPBACK_RULE}`],
    schemaSees: false,
  },
  {
    name: 'an address for all beside other problems',
    yaml: topWith('server: { host: "::", port: x }'),
    problems: [
      `1:17 server.host: "::" needs a top-level auth: ${LOOPBACK_RULE}`,
      '1:29 server.port: "x" is not valid; use a whole number from 0 to 65535',
    ],
  },
  {
    name: 'a host that only looks like loopback',
    yaml: topWith('server: { host: 127.example }'),
    problems: [`1:17 server.host: "127.example" needs a top-level auth: ${LOOPBACK_RULE}`],
    schemaSees: false,
  },
  {
    name: 'an auth that does not exist',
    yaml: topWith('auth: basic'),
    problems: [
      '1:7 auth: "basic" is not valid; use none, or a map with the keys apiKeys, oidc, anonymous, rateLimit, metrics',
    ],
  },
  {
    name: 'a Redis without a scheme, which is not shown',
    yaml: topWith('cache: { redis: "user:hush@redis:6379" }'),
    problems: [`1:17 cache.redis: (hidden) is not valid; use ${REDIS_RULE}`],
  },
  ...[
    'redis.example:6379',
    'http://redis.example:6379',
    'http://a.example,localhost:7/0',
    'redis:/redis.example/0',
  ].map((url) => ({
    name: `a Redis without a login, which is shown if it has a host only: ${url}`,
    yaml: topWith(`cache: { redis: "${url}" }`),
    problems: [
      `1:17 cache.redis: ${url.startsWith('redis:/') ? '(hidden)' : `"${url}"`} is not valid; use ${REDIS_RULE}`,
    ],
  })),
  {
    name: 'a Redis behind Sentinels without the name of the master',
    yaml: topWith('cache: { redis: "redis-sentinel://:hush@a:26379,b:26379" }'),
    problems: [`1:17 cache.redis: (hidden) is not valid; use ${REDIS_RULE}`],
    schemaSees: false,
  },
  {
    name: 'a prefix with a space',
    yaml: topWith('cache: { prefix: "my keys" }'),
    problems: ['1:18 cache.prefix: "my keys" is not valid; use 1 to 64 letters, digits, and _ . : -'],
  },
  {
    name: 'a keepFor shorter than freshFor',
    yaml: topWith('cache: { freshFor: 1m, keepFor: 59s }'),
    problems: ['1:33 cache.keepFor: keepFor is shorter than freshFor; make it at least as long'],
    schemaSees: false,
  },
  {
    name: 'a source whose freshFor outlives the keepFor of all',
    yaml: ocpWith('freshFor: 25h'),
    problems: ['6:15 sources[0].freshFor: keepFor is shorter than freshFor; make it at least as long'],
    schemaSees: false,
  },
  {
    name: 'a section without keys',
    yaml: topWith('cache:'),
    problems: [
      '1:7 cache: no value; use a map with the keys redis, prefix, freshFor, keepFor, minRefreshInterval',
    ],
  },
];

/** Nine to the power of eight values in nine lines. */
const ALIAS_BOMB = Array.from({ length: 8 }, (_, level) => {
  const item = level === 0 ? 'x' : `*a${level - 1}`;
  return `  - &a${level} [${Array.from({ length: 9 }, () => item).join(', ')}]\n`;
}).join('');

/** What is not YAML, or YAML that is not supported. */
const BROKEN: readonly (readonly [string, string, readonly unknown[]])[] = [
  ['an empty file', '', ['1:1: the file is empty; it needs at least the key sources']],
  ['comments only', '# a\n', ['1:1: the file is empty; it needs at least the key sources']],
  ['a key twice', topWith('window: 1d\nwindow: 2d'), ['2:1 window: repeated; use each key once']],
  ['two documents', `${OCP}---\na: 1\n`, ['6:1: a second YAML document; use one document per file']],
  ['a bracket left open', 'a: [1\n', [expect.stringMatching(/^\d+:\d+: not valid YAML 1\.2 \(.+\)$/)]],
  ['a secret behind a tag mark', topWith('auth: !hush x'), ['1:7: not valid YAML 1.2 (Unresolved tag)']],
  [
    'an alias of nothing',
    topWith('auth: *hush'),
    ['1:7 auth: no anchor of this name above; add it, or put the text in quotes'],
  ],
  [
    'an alias in what it names',
    topWith('server: &a { b: *a }'),
    [expect.stringContaining('too much nesting or too many aliases; use at most 64 levels and')],
  ],
  [
    'a bomb of aliases',
    `sources:\n${ALIAS_BOMB}`,
    [expect.stringContaining('too much nesting or too many aliases; use at most 64 levels and')],
  ],
  [
    'a merge key',
    topWith('server: { <<: { port: 1 } }'),
    [
      '1:11 server["<<"]: merge keys are not supported; write the keys out, or use an alias for a whole value',
    ],
  ],
];

describe('a good file', () => {
  it.each(GOOD)('is accepted by the check: %s', (_name, yaml) => {
    expect(problemsOf(yaml)).toEqual([]);
  });

  it.each(GOOD)('is accepted by the schema: %s', (_name, yaml) => {
    expect(acceptedBySchema(parse(yaml))).toBe(true);
  });
});

describe('a bad file', () => {
  it.each(BAD)('is rejected by the check with position, field and advice: $name', ({ yaml, problems }) => {
    expect(problemsOf(yaml)).toEqual(problems);
  });

  it.each(BAD)(
    'is rejected by the schema where a schema can express it: $name',
    ({ yaml, schemaSees = true }) => {
      expect(acceptedBySchema(parse(yaml))).toBe(!schemaSees);
    },
  );

  it.each(BROKEN)('is rejected before its keys are checked: %s', (_name, yaml, problems) => {
    expect(problemsOf(yaml)).toEqual(problems);
  });

  it('reports all problems at once, in the order of the file', () => {
    const yaml = `auth: some\n${OCP.replace('id: ob', 'id: 5')}    rate: fast\n    timeout: 11m\n`;
    expect(problemsOf(yaml).map((line) => line.slice(0, line.indexOf(' ')))).toEqual([
      '1:7',
      '3:9',
      '7:11',
      '8:14',
    ]);
  });
});

describe('the committed example', () => {
  const example = readFileSync('docs/tributary.example.yaml', 'utf8');

  it('is accepted by the schema', () => {
    expect(acceptedBySchema(parse(example))).toBe(true);
  });

  it('is accepted by the check when its secrets are set', () => {
    const token = join(folder, 'hw-token');
    writeFileSync(token, 'abc\n');
    const file = join(folder, 'example.yaml');
    writeFileSync(file, example.replace('/run/secrets/hw-token', token));
    const secrets = ['HW_AK', 'HW_SK', 'HW_PASSWORD', 'OCP_PASSWORD', 'TRIBUTARY_SECRET'];
    const env = Object.fromEntries(secrets.map((name) => [name, `${name}-of-this-test`]));
    const config = loadConfig({ file, env, providers: PROVIDER_SETTINGS });
    expect(config.sources.map(({ provider }) => provider).sort()).toEqual(
      PROVIDER_SETTINGS.map(({ id }) => id).sort(),
    );
    const { expectations, resources, exclusions, maintenance } = config.protection;
    for (const rules of [expectations, resources, exclusions, maintenance]) expect(rules).not.toEqual([]);
  });

  it('has each key of the top level, some of them in comments', () => {
    const { properties } = configSchema(PROVIDER_SETTINGS);
    for (const key of Object.keys(properties as object)) {
      expect(example).toMatch(new RegExp(`^(# )?${key}:`, 'm'));
    }
  });
});

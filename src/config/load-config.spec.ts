import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ANY_CHARACTER } from '../../test/support/any-character.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import type { Config } from './config.js';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-config-'));
const file = join(folder, 'tributary.yaml');
beforeAll(() => {
  mkdirSync(join(folder, 'secrets'));
  writeFileSync(join(folder, 'secrets/pw'), 'of a file\n');
  writeFileSync(join(folder, 'secrets/two-lines'), 'of a file\n\n');
  writeFileSync(join(folder, 'secrets/latin1'), Buffer.from([0x70, 0xfc]));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function load(yaml: string | Uint8Array, env: Readonly<Record<string, string>> = {}): Config {
  writeFileSync(file, yaml);
  return loadConfig({ file, env, providers: PROVIDER_SETTINGS });
}

function messageOf(yaml: string | Uint8Array, env: Readonly<Record<string, string>> = {}): string {
  try {
    load(yaml, env);
    return '';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.replaceAll(folder, '');
  }
}

const ocp = (password: string, more = ''): string => `sources:
  - id: ob
    provider: oceanbase-ocp
    endpoint: http://OCP.internal:8080/prefix//
    credentials:
      type: basic
      username: admin
      password: ${password}
${more}`;

const passwordOf = (config: Config): unknown => ({ ...config.sources[0]?.credentials });

describe('the configuration', () => {
  it('has all defaults', () => {
    expect(load(ocp('pw'))).toEqual({
      server: {
        host: '127.0.0.1',
        port: 3000,
        deadlineMs: 2000,
        shutdownTimeoutMs: 10_000,
        maxConnections: null,
        secret: null,
        basePath: '',
        trustProxy: [],
        allowedHosts: ['localhost', '127.0.0.1', '::1'],
        tls: null,
        corsOrigins: [],
      },
      cache: { redis: null, prefix: 'tributary', freshForMs: 15_000, keepForMs: 86_400_000 },
      windowMs: 2_592_000_000,
      log: { level: 'info' },
      limits: { bodyMemoryBytes: 256 * 1024 * 1024 },
      metrics: { maxResources: 2_000 },
      auth: null,
      sources: [
        {
          id: 'ob',
          provider: 'oceanbase-ocp',
          endpoint: 'http://ocp.internal:8080/prefix',
          region: null,
          projectId: null,
          clusters: null,
          credentials: { type: 'basic', username: 'admin', password: 'pw' },
          timeoutMs: 10_000,
          concurrency: 4,
          rate: null,
          maxTasksPerFeed: 100_000,
          freshForMs: 15_000,
          keepForMs: 86_400_000,
          windowMs: 2_592_000_000,
          discovery: { exclude: [], maxClusters: 1_000 },
          enterpriseProjectId: 'all_granted_eps',
          hasInventory: false,
          minRefreshMs: 1_000,
          keepWarm: false,
          egress: {
            proxies: { http: null, https: null, exceptions: ['localhost', '127.0.0.0/8', '::1'] },
            ca: null,
            clientCertificate: null,
          },
        },
      ],
      protection: { expectations: [], resources: [], exclusions: [], maintenance: [] },
      warnings: [],
    });
  });

  it('lets a source override the top level', () => {
    const yaml = ocp(
      'pw',
      '    freshFor: 1m\n    rate: 200/5m\n    clusters: [{ id: 007 }]\ncache: { keepFor: 1h }\n',
    );
    expect(load(yaml).sources[0]).toMatchObject({
      freshForMs: 60_000,
      keepForMs: 3_600_000,
      rate: { calls: 200, perMs: 300_000 },
      clusters: [{ id: '007', name: null }],
    });
  });

  it('has an inventory of the sources that ask for one', () => {
    const cbr = (line: string): string =>
      `sources:\n  - id: cbr\n    provider: huawei-cbr\n    endpoint: https://cbr.example\n    projectId: p1\n    credentials: { type: token, token: abc }\n${line}`;
    expect(load(cbr('    inventory: true\n')).sources[0]?.hasInventory).toBe(true);
    expect(load(cbr('')).sources[0]?.hasInventory).toBe(false);
  });

  it('is deeply frozen', () => {
    const isFrozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(isFrozen));
    expect(isFrozen(load(ocp('pw', '    clusters: [{ id: a }]\n')))).toBe(true);
  });

  it('may begin with a byte order mark and end its lines with CR LF', () => {
    expect(load(`\uFEFF${ocp('pw').replaceAll('\n', '\r\n')}`).sources).toHaveLength(1);
  });
});

describe('a value that YAML does not read as text', () => {
  it.each([
    '61e9540',
    '0123',
    '0x1F',
    '0o17',
    '1_000',
    '12345678901234567890e12345678901',
    'yes',
    '2026-11-28',
  ])('keeps its spelling: %s', (written) => {
    const yaml = ocp('pw', `    projectId: ${written}\n    clusters: [{ id: ${written} }]\n`);
    expect(load(yaml).sources[0]).toMatchObject({
      projectId: written,
      clusters: [{ id: written, name: null }],
    });
  });
});

describe('a key whose placeholders are empty', () => {
  it('counts as absent', () => {
    const yaml = `${ocp('pw', '    region: "${EMPTY}"\n    concurrency: "${EMPTY}${EMPTY}"\n')}server: { secret: "\${EMPTY}", port: "\${EMPTY:-}" }\n`;
    const { server, sources } = load(yaml, { EMPTY: '' });
    expect(server).toMatchObject({ secret: null, port: 3000 });
    expect(sources[0]).toMatchObject({ region: null, concurrency: 4 });
  });

  it('is an error where it is required', () => {
    expect(messageOf(ocp('"${EMPTY}"'), { EMPTY: '' })).toContain('password: an empty text is not valid');
  });
});

describe('a placeholder', () => {
  it.each([
    ['"${PW}"', 'of the environment'],
    ['${PW}', 'of the environment'],
    ['a${PW}b${PW}', 'aof the environmentbof the environment'],
    ['"${file:secrets/pw}"', 'of a file'],
    ['"$${PW}"', '${PW}'],
    ['"$$${PW}"', '$of the environment'],
    ['"$$$${PW}"', '$${PW}'],
    ['"a$$b$${PW}$"', 'a$$b${PW}$'],
    ['"${NOPE:-a default}"', 'a default'],
    ['"${NOPE-a default}"', 'a default'],
    ['"${EMPTY:-a default}"', 'a default'],
    ['"${PW:-a default}"', 'of the environment'],
    ['"${NOPE:-a:-b}"', 'a:-b'],
    ['"$PW"', '$PW'],
    ['"${NESTED}"', '${PW}'],
    ['"${YAML}"', 'x", port: 1 # y'],
    ['"${DIGITS}"', '0123'],
  ])('in %s is replaced once and remains text', (password, replaced) => {
    const env = {
      PW: 'of the environment',
      NESTED: '${PW}',
      YAML: 'x", port: 1 # y',
      DIGITS: '0123',
      EMPTY: '',
    };
    expect(passwordOf(load(ocp(password), env))).toHaveProperty('password', replaced);
  });

  it('spells a number or a duration where one is expected', () => {
    const yaml = `${ocp('pw')}server: { port: "\${PORT}", deadline: "\${SECONDS}s" }\n`;
    expect(load(yaml, { PORT: '8080', SECONDS: '3' }).server).toMatchObject({ port: 8080, deadlineMs: 3000 });
  });

  it.each([
    ['"${NOPE}"', '${NOPE} is not set; set this environment variable, or give a default: ${NOPE:-TEXT}'],
    [
      '"${constructor}"',
      '${constructor} is not set; set this environment variable, or give a default: ${constructor:-TEXT}',
    ],
    ['"${file:nope}"', '${file:nope} does not exist; name a readable file in UTF-8'],
    ['"${file:secrets}"', '${file:secrets} is a folder; name a readable file in UTF-8'],
    ['"${file:/dev/zero}"', '${file:/dev/zero} is larger than 4194304 bytes; name a readable file in UTF-8'],
    ['"${file:secrets/latin1}"', '${file:secrets/latin1} is not UTF-8; name a readable file in UTF-8'],
    [
      '"${file:secrets/two-lines}"',
      '(hidden) is not valid; use a password of 1 to 4096 characters, without line breaks or other control characters (perhaps its file ends in an empty line)',
    ],
    [
      '"${}"',
      'not a placeholder; use ${NAME} for an environment variable, ${NAME:-TEXT} for one with a default, ${file:PATH} for the content of a file, $${ for a literal ${',
    ],
    [
      '"${NOPE:?x}"',
      'not a placeholder; use ${NAME} for an environment variable, ${NAME:-TEXT} for one with a default, ${file:PATH} for the content of a file, $${ for a literal ${',
    ],
    [
      '"${PW"',
      'not a placeholder; use ${NAME} for an environment variable, ${NAME:-TEXT} for one with a default, ${file:PATH} for the content of a file, $${ for a literal ${',
    ],
  ])('in %s is a problem at its line', (password, detail) => {
    expect(messageOf(ocp(password))).toBe(`/tributary.yaml:8:17 sources[0].credentials.password: ${detail}`);
  });

  it('with an invalid value does not show the value', () => {
    const message = messageOf(ocp('pw').replace('provider: oceanbase-ocp', 'provider: ${WORD}'), {
      WORD: 'hush',
    });
    expect(message).toContain('sources[0].provider: (hidden) is not valid; use one of huawei-cbr,');
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['no/such.yaml', 'does not exist'],
    ['package.json/tributary.yaml', 'does not exist'],
    ['docs', 'is a folder'],
    ['a\0b', 'cannot be read (ERR_INVALID_ARG_VALUE)'],
  ])('is reported with its name and the reason: %j', (path, fault) => {
    const detail = `the file ${fault}; name a readable YAML file in UTF-8`;
    expect(() => loadConfig({ file: path, env: {}, providers: [] })).toThrow(
      new ConfigError([{ file: path, line: null, column: null, field: '', detail }]),
    );
  });

  it('is reported with the place of the first byte that is not UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('auth: none\nlog: '),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('\n'),
    ]);
    expect(messageOf(bytes)).toBe(
      '/tributary.yaml:2:6: the file is not UTF-8; name a readable YAML file in UTF-8',
    );
  });
});

const GOOD = `server: { host: 127.0.0.1, secret: hush-0123456789a }
cache:
  redis: redis://me:hush-redis@127.0.0.1:6379
  freshFor: 15s
${ocp('hush-password', '    clusters: &c [{ id: 1, name: "${NAME}" }]\n    rate: 200/5m\n')}
  - id: cce
    provider: huawei-cce
    endpoint: https://cce.example
    projectId: p1
    clusters: *c
    credentials:
      type: aksk
      accessKey: hush-access
      secretKey: hush-secret
`;
const FRAGMENTS = [
  '\n',
  ' ',
  ':',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  '*c',
  '&c',
  '!',
  '|',
  '>',
  '#',
  '-',
  '${',
  '\t',
  '\0',
  '\u{1F600}',
  '---\n',
  '%',
  '<<',
  'null',
  '0x',
  '1e9',
];

/** A good file with some stretches of it replaced by fragments of YAML. */
const mutatedFile = fc
  .array(
    fc.record({
      at: fc.nat(GOOD.length),
      remove: fc.nat(12),
      insert: fc.oneof(fc.constantFrom('', ...FRAGMENTS), fc.string({ unit: ANY_CHARACTER, maxLength: 4 })),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((edits) =>
    edits.reduce(
      (text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove),
      GOOD,
    ),
  );

describe('any file', () => {
  it('is accepted, or rejected with positions, and nothing else happens', () => {
    expect(messageOf(GOOD, { NAME: 'n' })).toBe('');
    fc.assert(
      fc.property(mutatedFile, (yaml) => {
        const message = messageOf(yaml, { NAME: 'n' });
        expect(message === '' || /^\/tributary\.yaml:\d+:\d+[: ]/.test(message)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('of arbitrary bytes is accepted or rejected, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(messageOf(bytes)).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });

  it('that lacks any one character shows no secret', () => {
    for (let at = 0; at < GOOD.length; at++) {
      const message = messageOf(GOOD.slice(0, at) + GOOD.slice(at + 1), { NAME: 'n' });
      expect(message).not.toMatch(/hush|ush-|hus-/);
    }
  });
});

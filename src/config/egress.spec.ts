import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Egress } from '@/model/egress.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { makeCertificate, makeExpiredCertificate } from '../../test/support/certificate.js';
import type { Config } from './config.js';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-config-'));
const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');

beforeAll(() => {
  for (const name of ['one', 'other'])
    makeCertificate({ key: at(`${name}.key`), certificate: at(`${name}.pem`) }, name);
  makeExpiredCertificate({ key: at('old.key'), certificate: at('old.pem') }, 'old');
  writeFileSync(at('both.pem'), `# our authorities\n${read('one.pem')}\nand\n${read('other.pem')}`);
  writeFileSync(at('broken.pem'), read('one.pem').replace(/MII./, 'AAAA'));
  writeFileSync(at('text.pem'), 'no certificate\n');
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(at('encrypted.key'), privateKey);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Line 6 of the file begins the keys of the source. */
function load(keys: string, env: Record<string, string> = {}, top = ''): Config {
  const source = `sources:
  - id: ob
    provider: oceanbase-ocp
    endpoint: https://ocp.internal
    credentials: { type: basic, username: admin, password: pw }
`;
  writeFileSync(at('tributary.yaml'), source + keys.replace(/^(?=.)/gm, '    ') + `\n${top}\n`);
  return loadConfig({ file: at('tributary.yaml'), env, providers: PROVIDER_SETTINGS });
}

function egressOf(...file: Parameters<typeof load>): Egress | undefined {
  return load(...file).sources[0]?.egress;
}

function problemsOf(...file: Parameters<typeof load>): string[] {
  try {
    load(...file);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map((line) => line.replace(/^.*?tributary\.yaml:/, ''));
  }
}

const plain = (host: string, port: number): object => ({
  protocol: 'http:',
  host,
  port,
  authorization: null,
});

describe('the proxy of a source', () => {
  it('is for all its calls, with a login that is not encoded any more', () => {
    const login = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    const proxy = { protocol: 'https:', host: 'proxy.example', port: 443, authorization: login };
    expect(egressOf('proxy: https://user:p%40ss@proxy.example/')?.proxies).toEqual({
      http: proxy,
      https: proxy,
      exceptions: [],
    });
    expect(egressOf('proxy: "https://user:${PW}@proxy.example"', { PW: 'p@ss' })?.proxies.http).toEqual(
      proxy,
    );
    expect(egressOf('proxy: http://[::1]:3128')?.proxies.http).toEqual(plain('::1', 3128));
    expect(egressOf('proxy: http://proxy')?.proxies.http).toEqual(plain('proxy', 80));
  });

  it('comes from the source, else from the top level, else from the environment', () => {
    const env = { HTTPS_PROXY: 'http://env:1', HTTP_PROXY: 'http://env:2', NO_PROXY: 'a.example, b.example' };
    const top = 'proxy: http://top:1';
    expect(egressOf('proxy: http://own:1', env, top)?.proxies.https).toEqual(plain('own', 1));
    expect(egressOf('', env, top)?.proxies).toEqual({
      http: plain('top', 1),
      https: plain('top', 1),
      exceptions: [],
    });
    expect(egressOf('proxy: none', env, top)?.proxies).toEqual({ http: null, https: null, exceptions: [] });
    expect(egressOf('', env, 'proxy: none')?.proxies.https).toBeNull();
    expect(egressOf('', env)?.proxies).toEqual({
      http: plain('env', 2),
      https: plain('env', 1),
      exceptions: ['localhost', '127.0.0.0/8', '::1', 'a.example', 'b.example'],
    });
  });

  it('is read from the environment in lower case first, without a scheme, and not where it is empty', () => {
    expect(
      egressOf('', { https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' })?.proxies.https,
    ).toEqual(plain('lower', 1));
    expect(egressOf('', { https_proxy: '', HTTPS_PROXY: 'upper:1' })?.proxies.https).toEqual(
      plain('upper', 1),
    );
    expect(egressOf('', { https_proxy: '' })?.proxies.https).toBeNull();
  });

  it.each([
    'socks5://user:word@proxy:1080',
    'http://proxy/path',
    'http://proxy:99999',
    'http://%zz:word@proxy',
    'user.name:word',
    'user:word.word',
    'user:12345',
    'true',
  ])('may not be %s, which is not shown', (url) => {
    const [problem, ...others] = problemsOf(`proxy: ${url}`);
    expect(problem).toMatch(
      /^6:12 sources\[0\]\.proxy: (\(hidden\)|a boolean) is not valid; use none, or http:\/\//,
    );
    expect(others).toEqual([]);
  });

  it.each(['proxy.example:3128', 'socks5://10.0.0.1:1080', 'localhost'])(
    'may not be %s, which is shown, as it has no login',
    (url) => {
      expect(problemsOf(`proxy: ${url}`)).toEqual([
        expect.stringContaining(`sources[0].proxy: "${url}" is not valid; use none, or http://`),
      ]);
    },
  );

  it('of the environment is checked where a source depends on it, and not shown', () => {
    const env = { HTTPS_PROXY: 'socks5://user:word@proxy:1080' };
    const [problem, ...others] = problemsOf('', env);
    expect(problem).toMatch(/ the environment variable HTTPS_PROXY is not the address of a proxy; use http:/);
    expect(problem).not.toContain('word@proxy:1080');
    expect(others).toEqual([]);
    expect(problemsOf('proxy: none', env)).toEqual([]);
    expect(problemsOf('', env, 'proxy: none')).toEqual([]);
  });
});

describe('the files of a source', () => {
  it('are read relative to the configuration, and only their certificates count', () => {
    const egress = egressOf('ca: both.pem\nclientCertificate: one.pem\nclientKey: one.key');
    expect(egress?.ca?.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(egress?.ca).not.toContain('authorities');
    expect(egress?.clientCertificate).toEqual({ certificate: read('one.pem'), key: read('one.key') });
  });

  it.each([
    [
      'ca: none.pem',
      '6:9 sources[0].ca: "none.pem" does not exist; name a readable file with certificates in PEM',
    ],
    [
      'ca: text.pem',
      '6:9 sources[0].ca: "text.pem" contains no certificate in PEM; name a file with -----BEGIN CERTIFICATE-----',
    ],
    [
      'ca: one.key',
      '6:9 sources[0].ca: "one.key" contains no certificate in PEM; name a file with -----BEGIN CERTIFICATE-----',
    ],
    [
      'ca: broken.pem',
      '6:9 sources[0].ca: "broken.pem" contains a certificate that cannot be read; name a file with valid certificates in PEM',
    ],
    [
      'ca: "${FILE}"',
      '6:9 sources[0].ca: (hidden) does not exist; name a readable file with certificates in PEM',
    ],
    [
      'clientCertificate: one.pem',
      '6:24 sources[0].clientCertificate: a certificate without its key; add clientKey',
    ],
    ['clientKey: one.key', '6:16 sources[0].clientKey: a key without its certificate; add clientCertificate'],
    [
      'clientCertificate: one.pem\nclientKey: none.key',
      '7:16 sources[0].clientKey: "none.key" does not exist; name a readable file with a private key in PEM',
    ],
    [
      'clientCertificate: one.pem\nclientKey: one.pem',
      '7:16 sources[0].clientKey: "one.pem" contains no private key in PEM; name a file with -----BEGIN PRIVATE KEY-----',
    ],
    [
      'clientCertificate: one.pem\nclientKey: encrypted.key',
      '7:16 sources[0].clientKey: "encrypted.key" is encrypted; name a key without a passphrase',
    ],
    [
      'clientCertificate: one.pem\nclientKey: other.key',
      '7:16 sources[0].clientKey: "other.key" is not the key of clientCertificate; name the one that belongs to it',
    ],
  ])('are checked: %j', (keys, problem) => {
    expect(problemsOf(keys, { FILE: 'secret-name.pem' })).toEqual([problem]);
  });

  it('may have expired, which is a warning', () => {
    const { warnings, sources } = load('ca: old.pem\nclientCertificate: old.pem\nclientKey: old.key');
    const detail = expect.stringMatching(
      /^"old\.pem" contains a certificate that expired on \d{4}-\d\d-\d\d; replace it$/,
    );
    expect(warnings).toEqual([
      { field: 'sources[0].ca', detail },
      { field: 'sources[0].clientCertificate', detail },
    ]);
    expect(sources[0]?.egress.ca).toBe(read('old.pem'));
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../test/support/certificate.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { ConfigError } from './config-error.js';
import type { ServerConfig } from './config.js';
import { loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-serving-'));
const file = join(folder, 'tributary.yaml');
const pem = (name: string): string => join(folder, 'tls', name);
beforeAll(() => {
  mkdirSync(join(folder, 'tls'));
  makeCertificate({ key: pem('a.key'), certificate: pem('a.crt') }, 'a.example');
  makeCertificate({ key: pem('b.key'), certificate: pem('b.crt') }, 'b.example');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function serverOf(keys: string, auth = ''): ServerConfig {
  const source =
    '{ id: ob, provider: oceanbase-ocp, endpoint: http://ocp, credentials: { type: basic, username: a, password: b } }';
  writeFileSync(file, `server: { ${keys} }\n${auth}\nsources:\n  - ${source}\n`);
  return loadConfig({ file, env: {}, providers: PROVIDER_SETTINGS }).server;
}

function problemWith(keys: string): string {
  try {
    serverOf(keys);
    return '';
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault;
    return fault.message.replaceAll(`${file}:`, '').replaceAll(folder, '');
  }
}

describe('the place of the server', () => {
  it('is read as it is used', () => {
    expect(
      serverOf(
        'basePath: /ops/backups, trustProxy: [10.0.0.0/8], allowedHosts: ["[2001:DB8::1]", A.example], cors: { origins: ["https://A.example:443"] }',
      ),
    ).toMatchObject({
      basePath: '/ops/backups',
      trustProxy: ['10.0.0.0/8'],
      allowedHosts: ['2001:db8::1', 'a.example'],
      corsOrigins: ['https://a.example'],
    });
  });

  it.each([
    ['', '', ['localhost', '127.0.0.1', '::1']],
    ['host: "::1"', '', ['localhost', '127.0.0.1', '::1']],
    ['host: 127.0.0.5', '', ['localhost', '127.0.0.1', '::1', '127.0.0.5']],
    ['', 'auth: none', null],
    ['host: 0.0.0.0', 'auth: none', null],
    ['allowedHosts: [a.example]', '', ['a.example']],
  ])('has the hosts of loopback where nobody is asked who they are: %j %j', (keys, auth, hosts) => {
    expect(serverOf(keys, auth).allowedHosts).toEqual(hosts);
  });

  it.each([
    '/',
    'backups',
    '/backups/',
    '/a//b',
    '/..',
    '/a/../b',
    '/a/.',
    '/a%2fb',
    '/a b',
    '/health',
    '/health/a',
    '/ä',
  ])('has no base path such as %j', (path) => {
    expect(problemWith(`basePath: "${path}"`)).toMatch(
      /^1:21 server\.basePath: .* is not valid; use a path such as \/backups/,
    );
  });

  it.each(['loopback', '10.0.0.0/33', '10.0.0.0/0', '10.0.0', 'fd00::/129', '10.0.0.0/8/8', 'proxy.example'])(
    'trusts no proxy such as %j',
    (address) => {
      expect(problemWith(`trustProxy: ["${address}"]`)).toMatch(
        /server\.trustProxy\[0\]: .* is not valid; use an IP address or a CIDR range/,
      );
    },
  );

  it.each(['a.example:443', 'https://a.example', '*', '*.example', '[::1]:3000', ''])(
    'allows no host such as %j',
    (host) => {
      expect(problemWith(`allowedHosts: ["${host}"]`)).toMatch(
        /server\.allowedHosts\[0\]: .* is not valid; use a host name or an IP address, without a port/,
      );
    },
  );

  it.each([
    '*',
    'null',
    'a.example',
    'https://*.example',
    'https://a.example/',
    'https://a@b',
    'ftp://a.example',
  ])('has no origin such as %j', (origin) => {
    expect(problemWith(`cors: { origins: ["${origin}"] }`)).toMatch(
      /server\.cors\.origins\[0\]: .* is not valid; use an origin such as https:/,
    );
  });
});

describe('the certificate', () => {
  it('is found from the folder of the configuration', () => {
    expect(serverOf(`tls: { cert: tls/a.crt, key: ${pem('a.key')} }`).tls).toEqual({
      cert: pem('a.crt'),
      key: pem('a.key'),
    });
  });

  it.each([
    [
      'tls: { cert: tls/none.crt, key: tls/a.key }',
      '1:24 server.tls.cert: the file does not exist; name a readable PEM file',
    ],
    [
      'tls: { cert: tls/a.crt, key: tls/b.key }',
      '1:40 server.tls.key: certificate and key cannot be used (ERR_OSSL_X509_KEY_VALUES_MISMATCH); use PEM files that belong together, and a key without a passphrase',
    ],
    [
      'tls: { cert: tls/a.key, key: tls/a.key }',
      '1:40 server.tls.key: certificate and key cannot be used (ERR_OSSL_PEM_NO_START_LINE); use PEM files that belong together, and a key without a passphrase',
    ],
    ['tls: { cert: tls/a.crt }', '1:16 server.tls.key: no value; use the path of a PEM file'],
  ])('that cannot be served is told: %s', (keys, problem) => {
    expect(problemWith(keys)).toBe(problem);
  });
});

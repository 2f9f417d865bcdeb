import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import type { Config } from './config.js';
import { loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-config-'));
const file = join(folder, 'tributary.yaml');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Environment = Readonly<Record<string, string>>;

function load(cache: string, env: Environment = {}, endpoint = 'http://ocp:8080'): Config {
  writeFileSync(
    file,
    `cache: { redis: ${cache} }
sources:
  - id: ob
    provider: oceanbase-ocp
    endpoint: ${JSON.stringify(endpoint)}
    credentials: { type: basic, username: admin, password: pw }
`,
  );
  return loadConfig({ file, env, providers: PROVIDER_SETTINGS });
}

const redisOf = (cache: string, env: Environment = {}): Config['cache']['redis'] =>
  load(cache, env).cache.redis;
const endpointOf = (endpoint: string, env: Environment): string | undefined =>
  load('"redis://redis"', env, endpoint).sources[0]?.endpoint;

describe('a placeholder in the URL of a Redis', () => {
  it.each(['p@ss', 'a/b+c=', 'a#b', '100%', 'p%41w', 'a:b', 'a?b', 'a b', 'ü€', '${X}'])(
    'may be a password with any character, such as %j',
    (password) => {
      const found = redisOf('"redis://:${PW}@127.0.0.1:6379/2"', { PW: password });
      expect(found).toMatchObject({ username: null, password, db: 2 });
      expect(found?.nodes).toEqual([{ host: '127.0.0.1', port: 6379 }]);
    },
  );

  it('may be any user name and any password', () => {
    const anyText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(anyText, anyText, (username, password) => {
        const found = redisOf('"redis-sentinel://${ME}:${PW}@a,b#${NAME}"', {
          ME: username,
          PW: password,
          NAME: 'main',
        });
        expect(found).toMatchObject({ username, password, masterName: 'main' });
      }),
      { numRuns: 50 },
    );
  });

  it('does not change the percent-encoding of the rest', () => {
    expect(redisOf('"redis://m%40e:a%2F${PW}@redis"', { PW: '%2F' })).toMatchObject({
      username: 'm@e',
      password: 'a/%2F',
    });
  });

  it('may be the host, the port or the whole URL', () => {
    const nodes = [{ host: 'redis', port: 7000 }];
    expect(redisOf('"redis://${HOST}:${PORT}"', { HOST: 'redis', PORT: '7000' })?.nodes).toEqual(nodes);
    expect(redisOf('"redis://${AT}"', { AT: 'redis:7000' })?.nodes).toEqual(nodes);
    expect(redisOf('"${URL}"', { URL: 'redis://:p%40ss@redis:7000' })).toMatchObject({
      nodes,
      password: 'p@ss',
    });
  });

  it.each([
    ['another host after the password', '"redis://${HOST}:6379"', { HOST: 'x@evil' }],
    ['another database', '"redis://${HOST}"', { HOST: 'redis/1' }],
    ['a name of a master', '"redis-sentinel://${HOST}"', { HOST: 'a#main' }],
  ])('is not %s', (_, url, env) => {
    expect(() => redisOf(url, env)).toThrow('cache.redis: (hidden) is not valid; use redis://');
  });
});

describe('a Redis with keys of its own', () => {
  it('uses the user and the passwords unchanged', () => {
    const cache =
      '{ url: "redis-sentinel://a,b#main", username: "u:1", password: "${PW}", sentinelUsername: watch, sentinelPassword: "${SPW}" }';
    expect(redisOf(cache, { PW: 'p@ss', SPW: '100%' })).toMatchObject({
      kind: 'sentinel',
      username: 'u:1',
      password: 'p@ss',
      sentinelUsername: 'watch',
      sentinelPassword: '100%',
    });
  });

  it('needs nothing but the URL', () => {
    expect(redisOf('{ url: "redis://:pw@redis" }')).toEqual(redisOf('"redis://:pw@redis"'));
  });

  it.each([
    [
      'a password twice',
      '{ url: "redis://:a@redis", password: b }',
      'cache.redis.password: the URL contains a user name or password, too; use only one of the two',
    ],
    [
      'a password of Sentinels without any',
      '{ url: "redis://redis", sentinelPassword: b }',
      'cache.redis.sentinelPassword: the URL has no Sentinels; use a redis-sentinel:// URL, or remove this key',
    ],
    [
      'a user name without a password',
      '{ url: "redis://redis", username: b }',
      'cache.redis.username: a user name without a password; add the password',
    ],
    ['no URL', '{ password: b }', 'cache.redis.url: no value; use redis://'],
    ['a number', '7', 'cache.redis: a number is not valid; use redis://'],
  ])('is rejected for %s', (_, cache, problem) => {
    expect(() => redisOf(cache)).toThrow(problem);
  });
});

describe('a wrong URL of a Redis', () => {
  it('is rejected with advice on how to write a password in it', () => {
    expect(() => redisOf('"redis://:p@ss@redis"')).toThrow('%40');
    expect(() => redisOf('"redis://:100%@redis"')).toThrow('%25');
  });
});

describe('a placeholder in an endpoint', () => {
  it.each([
    ['http://ocp/${PATH}', { PATH: 'a/b' }, 'http://ocp/a/b'],
    ['http://ocp/${PATH}', { PATH: '100%' }, 'http://ocp/100%25'],
    ['http://ocp/${PATH}/x', { PATH: 'a?b#c' }, 'http://ocp/a%3Fb%23c/x'],
    ['http://${HOST}:${PORT}/', { HOST: 'ocp', PORT: '8080' }, 'http://ocp:8080'],
    ['${URL}', { URL: 'http://ocp/a%20b' }, 'http://ocp/a%20b'],
    ['${BASE}/api', { BASE: 'http://ocp' }, 'http://ocp/api'],
  ])('%s is inserted without a change to its structure', (endpoint, env, expected) => {
    expect(endpointOf(endpoint, env)).toBe(expected);
  });

  it('never changes the host', () => {
    expect(() => endpointOf('http://${HOST}', { HOST: 'ocp@evil' })).toThrow(
      'endpoint: (hidden) is not valid',
    );
    expect(() => endpointOf('http://${HOST}', { HOST: 'evil/ocp' })).toThrow(
      'endpoint: (hidden) is not valid',
    );
  });
});

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { parseRedisAddress, type RedisAddress } from './redis-address.js';

const PLAIN: RedisAddress = {
  kind: 'single',
  tls: false,
  nodes: [{ host: 'redis', port: 6379 }],
  username: null,
  password: null,
  sentinelUsername: null,
  sentinelPassword: null,
  db: 0,
  masterName: null,
};

describe('parseRedisAddress', () => {
  it.each<[string, Partial<RedisAddress>]>([
    ['redis://redis', {}],
    ['redis://redis/', {}],
    ['redis://127.0.0.1:7000/3', { nodes: [{ host: '127.0.0.1', port: 7000 }], db: 3 }],
    ['rediss://redis', { tls: true }],
    ['redis://[::1]:6380', { nodes: [{ host: '::1', port: 6380 }] }],
    ['redis://[2001:db8::7]', { nodes: [{ host: '2001:db8::7', port: 6379 }] }],
    ['redis://:pass@redis', { password: 'pass' }],
    ['redis://user:p%40s:s%2F@redis', { username: 'user', password: 'p@s:s/' }],
    ['redis://u%3Aser@redis', { username: 'u:ser', password: '' }],
    [
      'redis-sentinel://user:pw@s1:26380,s2,[::1]:5/2#my-master',
      {
        kind: 'sentinel',
        nodes: [
          { host: 's1', port: 26_380 },
          { host: 's2', port: 26_379 },
          { host: '::1', port: 5 },
        ],
        username: 'user',
        password: 'pw',
        db: 2,
        masterName: 'my-master',
      },
    ],
    ['rediss-sentinel://redis:6379#m', { kind: 'sentinel', tls: true, masterName: 'm' }],
    [
      'redis-cluster://:pw@a:1,b:2',
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
        password: 'pw',
      },
    ],
    ['rediss-cluster://redis', { kind: 'cluster', tls: true }],
  ])('reads %s', (text, expected) => {
    expect(parseRedisAddress(text)).toEqual({ ...PLAIN, ...expected });
  });

  it.each([
    '',
    'redis',
    'redis:6379',
    'http://redis',
    'redis://',
    'redis://@redis',
    'redis://redis:0',
    'redis://redis:65536',
    'redis://redis:port',
    'redis://redis/x',
    'redis://redis/12345',
    'redis://redis?db=1',
    'redis://redis#name',
    'redis://a,b',
    'redis://a b',
    'redis://::1',
    'redis://[::1::2]',
    'redis://user:%zz@redis',
    'redis-sentinel://s1:26379',
    'redis-sentinel://s1:26379#',
    'redis-sentinel://s1,#name',
    'redis-cluster://a:1,b:2/1',
    'redis-cluster://a:1#name',
    'redis-sharded://a:1',
    ' redis://redis',
    'redis://redis\n',
  ])('rejects %j', (text) => {
    expect(parseRedisAddress(text)).toBeNull();
  });

  it('decodes any user and password that was percent-encoded', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, text, (username, password) => {
        const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
        expect(parseRedisAddress(`redis://${login}@redis`)).toEqual({ ...PLAIN, username, password });
      }),
    );
  });
});

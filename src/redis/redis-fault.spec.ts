import { describe, expect, it } from 'vitest';
import { ReplyError } from 'ioredis';
import { faultOf } from './redis-fault.js';
import { RedisUnavailable } from './redis-link.js';

function reply(text: string): Error {
  return new (ReplyError as new (text: string) => Error)(text);
}

function thrown(text: string, code?: string): Error {
  return Object.assign(new Error(text), code === undefined ? {} : { code });
}

describe('faultOf', () => {
  it.each([
    ['OOM command not allowed', 'OOM', true],
    ['NOAUTH Authentication required.', 'NOAUTH', true],
    ['LOADING Redis is loading the dataset in memory', 'LOADING', true],
    ['CLUSTERDOWN The cluster is down', 'CLUSTERDOWN', true],
    ['WRONGTYPE Operation against a key', 'WRONGTYPE', false],
    ['NOSCRIPT No matching script.', 'NOSCRIPT', false],
    ['ERR value is not an integer', 'ERR', false],
    ['SECRET-of-a-proxy said no', 'OTHER', true],
    ['OOM command not allowed. script: 1f, on @user_script:3.', 'OOM', true],
    ['ERR Error running script (call to f_1f): @user_script:3: -OOM command not allowed', 'OOM', true],
    ['ERR Error running script (call to f_1f): @user_script: 3: -WRONGTYPE Operation', 'WRONGTYPE', false],
    ['ERR user_script:3: Script attempted to access', 'ERR', false],
  ])('classifies the reply %j as %s', (text, code, ofRedis) => {
    expect(faultOf(reply(text))).toEqual({ code, ofRedis });
  });

  it.each([
    [thrown('connect ECONNREFUSED 10.0.0.7:6379', 'ECONNREFUSED'), 'UNREACHABLE'],
    [thrown('connect ETIMEDOUT', 'ETIMEDOUT'), 'TIMEOUT'],
    [thrown('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'), 'TLS'],
    [thrown('does not match', 'ERR_TLS_CERT_ALTNAME_INVALID'), 'TLS'],
    [thrown('Connection is closed.'), 'UNREACHABLE'],
    [thrown("Stream isn't writeable and enableOfflineQueue options is false"), 'UNREACHABLE'],
    [thrown('All sentinels are unreachable and retry is disabled.'), 'UNREACHABLE'],
    [thrown('Too many Cluster redirections. Last error: ReplyError: TRYAGAIN Multiple'), 'TRYAGAIN'],
    [Object.assign(thrown('Failed'), { lastNodeError: reply('NOAUTH no') }), 'NOAUTH'],
    [new RedisUnavailable('TIMEOUT'), 'TIMEOUT'],
  ])('classifies %s as a fault of Redis: %s', (error, code) => {
    expect(faultOf(error)).toEqual({ code, ofRedis: true });
  });

  it.each([new TypeError('x is not a function'), 'a text', null, new RedisUnavailable('CONNECTING')])(
    'classifies %s as no fault of Redis',
    (error) => {
      expect(faultOf(error).ofRedis).toBe(false);
    },
  );
});

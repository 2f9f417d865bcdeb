import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Clock } from '@/model/clock.js';
import type { IssuerFault } from './audit-log.js';
import { FetchFault } from './fetch-json.js';
import { IssuerKeys, IssuerUnavailable } from './issuer-keys.js';

const ISSUER = 'https://login.example.com/realms/ops/';
const JWKS_URL = 'https://login.example.com/keys';

let jwk: JWK;
beforeAll(async () => {
  jwk = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey);
});

let nowMs: number;
let kids: string[];
let discovery: object | null;
let reads: string[];
let faults: IssuerFault[];
let keys: IssuerKeys;
const clock: Clock = { wallMs: () => nowMs, monotonicMs: () => nowMs };

beforeEach(() => {
  nowMs = 1_000_000;
  kids = ['one'];
  discovery = { issuer: ISSUER, jwks_uri: JWKS_URL };
  reads = [];
  faults = [];
  keys = new IssuerKeys(ISSUER, {
    clock,
    onFault: (fault) => faults.push(fault),
    fetchJson: (url) => {
      reads.push(url);
      if (discovery === null) return Promise.reject(new FetchFault('UNREACHABLE'));
      return Promise.resolve(url === JWKS_URL ? { keys: kids.map((kid) => ({ ...jwk, kid })) } : discovery);
    },
  });
});

const keyFor = (kid: string): Promise<unknown> =>
  keys.keyFor({ alg: 'ES256', kid }, { payload: '', signature: '' });
const timesRead = (): number => reads.filter((url) => url === JWKS_URL).length;
const UNKNOWN = { code: 'ERR_JWKS_NO_MATCHING_KEY' };

describe('the keys of an issuer', () => {
  it('are found by discovery, once for all who need them', async () => {
    await Promise.all([keyFor('one'), keyFor('one')]);
    await keyFor('one');
    expect(reads).toEqual([
      'https://login.example.com/realms/ops/.well-known/openid-configuration',
      JWKS_URL,
    ]);
  });

  it('are read again for an unknown key id, at most every 30 s', async () => {
    await keyFor('one');
    kids = ['one', 'two'];
    await keyFor('two');
    expect(timesRead()).toBe(2);
    nowMs += 29_999;
    await expect(keyFor('three')).rejects.toMatchObject(UNKNOWN);
    expect(timesRead()).toBe(2);
    nowMs += 1;
    await expect(keyFor('three')).rejects.toMatchObject(UNKNOWN);
    expect(timesRead()).toBe(3);
  });

  it('are read anew after ten minutes, so that a withdrawn key ends', async () => {
    await keyFor('one');
    kids = ['two'];
    nowMs += 600_001;
    await keyFor('one');
    await keyFor('two');
    await expect(keyFor('one')).rejects.toMatchObject(UNKNOWN);
  });

  it('go on while the issuer is down; only a token with an unknown key cannot be judged', async () => {
    await keyFor('one');
    discovery = null;
    nowMs += 3_600_000;
    await keyFor('one');
    await expect(keyFor('two')).rejects.toMatchObject({ retryAfterMs: 30_000 });
    nowMs += 10_000;
    await expect(keyFor('two')).rejects.toMatchObject({ retryAfterMs: 20_000 });
    await keyFor('one');
    expect(new Set(faults)).toEqual(new Set(['UNREACHABLE']));
  });

  it('are tried again after five seconds while none are known', async () => {
    const usual = discovery;
    discovery = null;
    await expect(keyFor('one')).rejects.toBeInstanceOf(IssuerUnavailable);
    discovery = usual;
    nowMs += 2_000;
    await expect(keyFor('one')).rejects.toMatchObject({ retryAfterMs: 3_000 });
    expect(reads).toHaveLength(1);
    nowMs += 3_000;
    await expect(keyFor('one')).resolves.toBeInstanceOf(CryptoKey);
  });

  it.each([
    [
      'names another issuer',
      { issuer: 'https://login.example.com/realms/ops', jwks_uri: JWKS_URL },
      'ISSUER_MISMATCH',
    ],
    ['has no address of keys', { issuer: ISSUER }, 'SHAPE'],
    ['is a list', [], 'ISSUER_MISMATCH'],
    [
      'leads to keys that others can change',
      { issuer: ISSUER, jwks_uri: 'http://login.example.com/keys' },
      'UNSAFE_URL',
    ],
    ['leads to no keys', { issuer: ISSUER, jwks_uri: 'https://login.example.com/other' }, 'SHAPE'],
  ])('are not believed when the discovery %s', async (_name, answer, fault) => {
    discovery = answer;
    await expect(keyFor('one')).rejects.toBeInstanceOf(IssuerUnavailable);
    expect(faults).toEqual([fault]);
  });
});

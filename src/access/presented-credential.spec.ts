import { describe, expect, it } from 'vitest';
import {
  presentedCredential,
  type CredentialHeaders,
  type PresentedCredential,
} from './presented-credential.js';

const key = (text: string): PresentedCredential => ({ kind: 'key', text });
const token = (text: string): PresentedCredential => ({ kind: 'token', text });
const unusable = (cause: string): object => ({ kind: 'unusable', cause });

const CASES: readonly (readonly [string, CredentialHeaders, object])[] = [
  ['no credential', {}, { kind: 'none' }],
  ['a key of its own header', { 'x-api-key': 'trib_a' }, key('trib_a')],
  ['a key as a bearer', { authorization: 'Bearer trib_a' }, key('trib_a')],
  ['a scheme in other letters', { authorization: 'bEARER  trib_a' }, key('trib_a')],
  ['a token', { authorization: 'Bearer aa.bb.cc' }, token('aa.bb.cc')],
  ['a token without signature', { authorization: 'Bearer aa.bb.' }, token('aa.bb.')],
  [
    'an encrypted token, which is no JWT of three parts',
    { authorization: 'Bearer a.b.c.d.e' },
    key('a.b.c.d.e'),
  ],
  ['a token in the place of a key', { 'x-api-key': 'aa.bb.cc' }, key('aa.bb.cc')],
  ['an empty key', { 'x-api-key': '' }, key('')],
  ['two headers that agree', { 'x-api-key': 'trib_a', authorization: 'Bearer trib_a' }, key('trib_a')],
  [
    'two headers that differ',
    { 'x-api-key': 'trib_a', authorization: 'Bearer trib_b' },
    unusable('two-credentials'),
  ],
  [
    'a key and a token',
    { 'x-api-key': 'trib_a', authorization: 'Bearer a.b.c' },
    unusable('two-credentials'),
  ],
  ['HTTP Basic', { authorization: 'Basic dTpw' }, unusable('unknown-scheme')],
  [
    'HTTP Basic beside a key',
    { 'x-api-key': 'trib_a', authorization: 'Basic dTpw' },
    unusable('unknown-scheme'),
  ],
  ['a bearer of nothing', { authorization: 'Bearer ' }, unusable('unknown-scheme')],
  ['a bearer of two words', { authorization: 'Bearer a b' }, unusable('unknown-scheme')],
  ['several schemes in one header', { authorization: 'Bearer a, Basic b' }, unusable('unknown-scheme')],
  ['a key without end', { 'x-api-key': 'x'.repeat(513) }, unusable('too-long')],
  ['a token without end', { authorization: `Bearer a.${'b'.repeat(16_384)}.c` }, unusable('too-long')],
];

describe('presentedCredential', () => {
  it.each(CASES)('reads %s', (_name, headers, expected) => {
    expect(presentedCredential(headers)).toEqual(expected);
  });
});

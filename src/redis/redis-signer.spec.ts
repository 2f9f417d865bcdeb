import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { NO_SIGNER, RedisSigner } from './redis-signer.js';

const signer = new RedisSigner('0123456789abcdef');
const other = new RedisSigner('0123456789abcdeg');

describe('a value signed for a key in Redis', () => {
  it('can be read with the secret only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (place, text) => {
        const signed = signer.sign(place, text);
        expect(new RedisSigner('0123456789abcdef').open(place, signed)).toBe(text);
        expect(other.open(place, signed)).toBeNull();
        expect(signer.open(place, text)).toBeNull();
      }),
    );
  });

  it('is valid at no other key, even where key and text together read the same', () => {
    const mac = signer.sign('key:a', 'b').slice(0, 22);
    expect(signer.open('key:b', `${mac}.b`)).toBeNull();
    expect(signer.open('key:', `${mac}.ab`)).toBeNull();
    expect(signer.open('key:ab', `${mac}.`)).toBeNull();
  });

  it('is rejected when one character has changed', () => {
    const signed = signer.sign('key', 'text');
    for (let at = 0; at < signed.length; at += 1) {
      const changed = `${signed.slice(0, at)}${signed[at] === 'A' ? 'B' : 'A'}${signed.slice(at + 1)}`;
      expect(signer.open('key', changed)).toBeNull();
    }
  });

  it('has different names for each secret', () => {
    expect(new Set([signer.space, other.space, NO_SIGNER.space]).size).toBe(3);
    expect(signer.space).not.toContain('0123456789');
  });

  it('is the text itself without a secret', () => {
    expect(NO_SIGNER.sign('key', 'text')).toBe('text');
    expect(NO_SIGNER.open('key', 'text')).toBe('text');
  });
});

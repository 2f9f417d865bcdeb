import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ANY_CHARACTER } from '../../test/support/any-character.js';
import { hashedTaskId, nativeTaskId, sourceOfTaskId } from './task-id.js';

/** Everything that stays as it is in a URL's path (RFC 3986, "unreserved"). */
const URL_SAFE = /^[A-Za-z0-9._~-]+$/;
/** Any text, short and long, from ordinary ids to what nobody would call one. */
const TEXT = fc.oneof(
  fc.uuid(),
  fc.string({ unit: ANY_CHARACTER, minLength: 1, maxLength: 60 }),
  fc.string({ unit: fc.constantFrom('~', '.', '%', '/', '2', 'f', 'h'), minLength: 1, maxLength: 12 }),
  fc.string({ minLength: 100, maxLength: 300 }),
);

describe('nativeTaskId', () => {
  it.each([
    ['d455a541-597e-4846-a6be-baad0ea361b1', 'logs.d455a541-597e-4846-a6be-baad0ea361b1'],
    ['A_z-09', 'logs.A_z-09'],
    ['a.b', 'logs.a~2eb'],
    ['a~2eb', 'logs.a~7e2eb'],
    ['a/b ü%', 'logs.a~2fb~20~c3~bc~25'],
    ['\u{1f4be}', 'logs.~f0~9f~92~be'],
    ['\n', 'logs.~0a'],
  ])('turns %j into %s', (nativeId, expected) => {
    expect(nativeTaskId('logs', nativeId)).toBe(expected);
  });

  it('needs no escaping in a URL for any native id', () => {
    fc.assert(
      fc.property(TEXT, (nativeId) => {
        const id = nativeTaskId('logs', nativeId);
        expect(id).toMatch(URL_SAFE);
        expect(encodeURIComponent(id)).toBe(id);
        expect(new URL(`http://host/v1/tasks/${id}`).pathname).toBe(`/v1/tasks/${id}`);
      }),
    );
  });

  it('never gives two native ids one task id', () => {
    const property = fc.property(TEXT, TEXT, (a, b) => {
      expect(nativeTaskId('logs', a) === nativeTaskId('logs', b)).toBe(a === b);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('keeps a native id of 128 characters and hashes a longer one', () => {
    expect(nativeTaskId('logs', 'a'.repeat(128))).toBe(`logs.${'a'.repeat(128)}`);
    expect(nativeTaskId('logs', 'a'.repeat(129))).toMatch(/^logs\.~h[0-9a-f]{32}$/);
    expect(nativeTaskId('logs', '/'.repeat(43))).toMatch(/^logs\.~h[0-9a-f]{32}$/);
    expect(nativeTaskId('logs', 'a'.repeat(129))).not.toBe(nativeTaskId('logs', 'a'.repeat(130)));
  });

  it('never equals the hash of a long native id', () => {
    const long = nativeTaskId('logs', 'a'.repeat(129));
    expect(nativeTaskId('logs', long.slice('logs.'.length))).not.toBe(long);
  });

  it('distinguishes halves of surrogate pairs', () => {
    const ids = [
      '\ud800',
      '\ud801',
      '\ufffd',
      '"\\ud800"',
      `${'a'.repeat(129)}\ud800`,
      `${'a'.repeat(129)}\udc00`,
    ];
    const taskIds = ids.map((id) => nativeTaskId('logs', id));
    expect(new Set(taskIds).size).toBe(ids.length);
    for (const taskId of taskIds) expect(taskId).toMatch(URL_SAFE);
  });

  it('stays short', () => {
    fc.assert(
      fc.property(fc.string({ unit: ANY_CHARACTER, maxLength: 2000 }), (nativeId) => {
        expect(nativeTaskId('s', nativeId).length).toBeLessThanOrEqual('s.'.length + 128);
      }),
    );
  });
});

describe('hashedTaskId', () => {
  it('is the same for the same identity', () => {
    expect(hashedTaskId('logs', ['a', 'b'])).toBe(hashedTaskId('logs', ['a', 'b']));
    expect(hashedTaskId('logs', ['a', 'b'])).toMatch(/^logs\.[0-9a-f]{32}$/);
  });

  it.each([[['ab']], [['a', 'b', '']], [['', 'a', 'b']], [['b', 'a']], [['a","b']], [['a,b']], [[]]])(
    'differs from that of a, b: %j',
    (identity) => {
      expect(hashedTaskId('logs', identity)).not.toBe(hashedTaskId('logs', ['a', 'b']));
    },
  );

  it('never gives two identities one task id', () => {
    const identity = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 });
    const property = fc.property(identity, identity, (a, b) => {
      const alike = JSON.stringify(a) === JSON.stringify(b);
      expect(hashedTaskId('logs', a) === hashedTaskId('logs', b)).toBe(alike);
    });
    fc.assert(property, { numRuns: 1000 });
  });
});

describe('sourceOfTaskId', () => {
  const SOURCE_ID = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/);

  it('reads the source back from every task id', () => {
    fc.assert(
      fc.property(SOURCE_ID, TEXT, (source, nativeId) => {
        expect(sourceOfTaskId(nativeTaskId(source, nativeId))).toBe(source);
        expect(sourceOfTaskId(hashedTaskId(source, [nativeId]))).toBe(source);
      }),
    );
  });

  it.each(['', 'logs', '.a', '.'])('returns null for "%s"', (text) => {
    expect(sourceOfTaskId(text)).toBeNull();
  });

  it('returns the part before the first dot', () => {
    expect(sourceOfTaskId('logs.a.b')).toBe('logs');
  });
});

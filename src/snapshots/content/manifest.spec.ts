import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { decodeManifest, digestOf, encodeManifest } from './manifest.js';

const manifest = fc.record({
  version: fc.integer({ min: 1, max: 8.64e15 }),
  head: fc.jsonValue(),
  digests: fc.array(fc.uint8Array({ minLength: 1 }).map((bytes) => digestOf(bytes))),
});

describe('a manifest', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(manifest, (written) => {
        const head = JSON.parse(JSON.stringify(written.head)) as unknown;
        expect(decodeManifest(encodeManifest(written))).toEqual({ ...written, head });
      }),
    );
  });

  it('is not read, and nothing is thrown, when its head is not JSON although its digest is right', () => {
    const bytes = encodeManifest({ version: 1, head: { a: 1 }, digests: [] });
    bytes.write('}', 32);
    bytes.write(digestOf(bytes.subarray(0, 16), bytes.subarray(32)), 16, 'latin1');
    expect(decodeManifest(bytes)).toBeNull();
  });

  it('is not read when it names more segments than any feed has', () => {
    const digests = new Array<string>(2 ** 17 + 1).fill(digestOf(Buffer.of(1)));
    expect(decodeManifest(encodeManifest({ version: 1, head: null, digests }))).toBeNull();
  });

  it('is not read with another digest than it was written with', () => {
    const vouch = (...parts: readonly Uint8Array[]): string => digestOf(Buffer.of(7), ...parts);
    const bytes = encodeManifest({ version: 1, head: null, digests: [] }, vouch);
    expect(decodeManifest(bytes)).toBeNull();
    expect(decodeManifest(bytes, vouch)).not.toBeNull();
  });

  it('is not read when a bit has changed or a part is missing', () => {
    fc.assert(
      fc.property(manifest, fc.nat(), fc.nat(7), (written, at, bit) => {
        const bytes = encodeManifest(written);
        const index = at % bytes.length;
        expect(decodeManifest(bytes.subarray(0, index))).toBeNull();
        bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << bit), index);
        expect(decodeManifest(bytes)).toBeNull();
      }),
    );
  });
});

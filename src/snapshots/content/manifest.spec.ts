import { describe, expect, it } from '@jest/globals';
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

  it('is not read when a bit of it has changed, or a part is missing', () => {
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

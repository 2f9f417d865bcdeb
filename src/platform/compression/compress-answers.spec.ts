import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CompressedBodies } from './compress-answers.js';

const BODY = Buffer.from(
  JSON.stringify(Array.from({ length: 1_000 }, (_, id) => ({ id, status: 'FAILED' }))),
);

describe('compressed bodies', () => {
  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ] as const)('in %s have the content of the body in fewer bytes', async (coding, decompress) => {
    const compressed = await new CompressedBodies().of(BODY, coding, null);
    expect(compressed.length).toBeLessThan(BODY.length / 5);
    expect(decompress(compressed).equals(BODY)).toBe(true);
  });

  it('are made once for simultaneous requests, and are there at once for later ones', async () => {
    const bodies = new CompressedBodies();
    const first = bodies.of(BODY, 'gzip', '"a-gzip"');
    const second = bodies.of(BODY, 'gzip', '"a-gzip"');
    expect(second).toBe(first);
    expect(bodies.of(Buffer.alloc(0), 'gzip', '"a-gzip"')).toBe(first);
    expect(bodies.of(BODY, 'br', '"a-br"')).not.toBe(first);
    const made = await first;
    expect(bodies.of(BODY, 'gzip', '"a-gzip"')).toBe(made);
  });

  it('without a tag are made for each request', async () => {
    const bodies = new CompressedBodies();
    const [first, second] = await Promise.all([bodies.of(BODY, 'gzip', null), bodies.of(BODY, 'gzip', null)]);
    expect(first).not.toBe(second);
    expect(first.equals(second)).toBe(true);
  });
});

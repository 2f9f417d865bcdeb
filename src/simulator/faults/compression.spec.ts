import { createGunzip, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStage, type Stage } from '../test-stage.js';

const GIGABYTE = 1024 ** 3;

let stage: Stage;
beforeEach(async () => {
  stage = await openStage(Date.UTC(2026, 5, 1));
});
afterEach(() => stage.simulator.stop());

const keysOf = (bytes: Buffer): string[] => Object.keys(JSON.parse(bytes.toString()) as object);

describe.each(UPSTREAM_NAMES)('compressed answers of %s', (name) => {
  it('gzip inflates to the right body', async () => {
    const right = await stage.ask(name);
    await stage.simulator.setFault(name, 'gzip');
    const answer = await stage.ask(name);
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(keysOf(gunzipSync(answer.bytes))).toEqual(keysOf(right.bytes));
  });

  it.each([
    ['gzip-false', 'gzip'],
    ['unknown-encoding', 'x-tape'],
  ] as const)('%s is a plain body declared as %s', async (kind, encoding) => {
    const right = await stage.ask(name);
    await stage.simulator.setFault(name, kind);
    const answer = await stage.ask(name);
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(keysOf(answer.bytes)).toEqual(keysOf(right.bytes));
  });

  it('gzip-cut is a whole HTTP message that does not inflate to its end', async () => {
    await stage.simulator.setFault(name, 'gzip-cut');
    const answer = await stage.ask(name);
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(() => gunzipSync(answer.bytes)).toThrow(/unexpected end of file/);
  });
});

describe('gzip-bomb', () => {
  it('is small, and inflates to the right body and more than a gigabyte after it', async () => {
    const right = await stage.ask('css');
    await stage.simulator.setFault('css', 'gzip-bomb');
    const { bytes, headers } = await stage.ask('css');
    expect(headers['content-encoding']).toBe('gzip');
    expect(bytes.length).toBeLessThan(2 * 1024 * 1024);
    let inflated = 0;
    let begin = '';
    const gunzip = createGunzip({ chunkSize: 1024 * 1024 });
    gunzip.end(bytes);
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      if (inflated === 0) begin = chunk.toString();
      inflated += chunk.length;
    }
    expect(begin.trimEnd()).toBe(right.text);
    expect(inflated).toBeGreaterThan(GIGABYTE);
  });
});

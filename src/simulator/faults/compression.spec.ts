import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, type StillSimulator } from '../../../test/support/still-simulator.js';

const GIGABYTE = 1024 ** 3;
const BLANK = 0x20;

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => setup.simulator.stop());

const keysOf = (bytes: Buffer): string[] => Object.keys(JSON.parse(bytes.toString()) as object);

describe.each(UPSTREAM_NAMES)('compressed answers of %s', (name) => {
  it('gzip inflates to the right body', async () => {
    const right = await setup.ask(name);
    await setup.simulator.setFault(name, 'gzip');
    const answer = await setup.ask(name);
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(keysOf(gunzipSync(answer.bytes))).toEqual(keysOf(right.bytes));
  });

  it.each([
    ['gzip-false', 'gzip'],
    ['unknown-encoding', 'x-tape'],
  ] as const)('%s is a plain body declared as %s', async (kind, encoding) => {
    const right = await setup.ask(name);
    await setup.simulator.setFault(name, kind);
    const answer = await setup.ask(name);
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(keysOf(answer.bytes)).toEqual(keysOf(right.bytes));
  });

  it('gzip-cut is a complete HTTP message whose body does not inflate to its end', async () => {
    await setup.simulator.setFault(name, 'gzip-cut');
    const answer = await setup.ask(name);
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(() => gunzipSync(answer.bytes)).toThrow(/unexpected end of file/);
  });
});

describe('gzip-bomb', () => {
  it('is small, and inflates to the right body and more than a gigabyte after it', async () => {
    const right = await setup.ask('css');
    await setup.simulator.setFault('css', 'gzip-bomb');
    const { bytes, headers } = await setup.ask('css');
    expect(headers['content-encoding']).toBe('gzip');
    expect(bytes.length).toBeLessThan(2 * 1024 * 1024);
    // A stream of many members (RFC 1952, section 2.2): the body, and one block of blanks again and again.
    const block = bytes.subarray(bytes.lastIndexOf(bytes.subarray(0, 4)));
    let blocks = 0;
    let end = bytes.length;
    for (; bytes.subarray(end - block.length, end).equals(block); end -= block.length) blocks += 1;
    const blanks = gunzipSync(block);
    expect(gunzipSync(bytes.subarray(0, end)).toString()).toBe(right.text);
    expect(blanks.every((byte) => byte === BLANK)).toBe(true);
    expect(blocks * blanks.length).toBeGreaterThan(GIGABYTE);
  });
});

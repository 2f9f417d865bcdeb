import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { askRaw, type RawAnswer } from './raw-http.js';

const DECODE = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
} as const;
const LIST = '/v1/tasks?pageSize=1000';

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 7, life: { rate: 0 } });
  gateway = await startGateway(simulator, {
    deadlineMs: 20_000,
    // Nothing is read anew while the test runs, so equal requests have equal answers.
    sources: (sources) => sources.map((source) => ({ ...source, freshForMs: 60 * 60_000 })),
  });
  await askRaw(`${gateway.url}${LIST}`);
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

const get = (path: string, acceptEncoding?: string, more: Record<string, string> = {}): Promise<RawAnswer> =>
  askRaw(`${gateway.url}${path}`, {
    ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }),
    ...more,
  });

describe('a large body is compressed', () => {
  it.each([
    [LIST],
    ['/v1/sources'],
    ['/metrics'],
    ['/openapi.json'],
    ['/openapi.yaml'],
    ['/docs/swagger-ui-bundle.js'],
    ['/docs/swagger-ui.css'],
    ['/problems'],
    [`/v1/tasks?status=${'a,'.repeat(500)}a`],
  ])('for %s, in gzip and brotli, without a change to its content', async (path) => {
    const plain = await get(path);
    expect(plain.headers['content-encoding']).toBeUndefined();
    for (const [coding, decode] of Object.entries(DECODE)) {
      const answer = await get(path, coding);
      expect({ coding, encoding: answer.headers['content-encoding'] }).toEqual({ coding, encoding: coding });
      expect(answer.headers['content-length']).toBe(String(answer.body.length));
      expect(answer.headers.vary).toMatch(/(^|, )Accept-Encoding$/);
      expect(plain.headers.vary).toBe(answer.headers.vary);
      expect(answer.headers['content-type']).toBe(plain.headers['content-type']);
      // What changes from one call to the next, such as ages and request ids, is of the same length or nearly so.
      const decoded = decode(answer.body);
      expect(Math.abs(decoded.length - plain.body.length)).toBeLessThan(plain.body.length / 5);
      if (plain.headers.etag !== undefined) expect(decoded.equals(plain.body)).toBe(true);
    }
  });

  it('to less than a fifth for a page of 1,000 tasks', async () => {
    const plain = await get(LIST);
    const compressed = await get(LIST, 'gzip');
    expect(compressed.body.length).toBeLessThan(plain.body.length / 5);
  });
});

describe('a small body is sent uncompressed', () => {
  it.each(['/health/live', '/favicon.svg', '/problems/overloaded?x', '/v1/tasks?colour=red'])(
    '%s',
    async (path) => {
      const answer = await get(path, 'gzip, br');
      if (answer.body.length >= 1_024) return;
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.headers.vary).toMatch(/Accept-Encoding$/);
    },
  );

  it('unless the caller rejects an uncompressed body', async () => {
    const answer = await get('/health/live', 'gzip, identity;q=0');
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(answer.body).toString())).toEqual({ status: 'ok' });
  });
});

describe('a caller who rejects codings', () => {
  it.each([
    ['gzip;q=0, br;q=0', undefined],
    ['gzip;q=0', undefined],
    ['identity', undefined],
    ['br;q=0, gzip;q=0.1', 'gzip'],
    ['gzip;q=0, *', 'br'],
    ['identity;q=0, *', 'br'],
  ])('by %s gets %s', async (acceptEncoding, coding) => {
    expect((await get(LIST, acceptEncoding)).headers['content-encoding']).toBe(coding);
  });

  it.each(['identity;q=0', '*;q=0'])(
    'by %s gets a problem, because no coding is left',
    async (acceptEncoding) => {
      const answer = await get(LIST, acceptEncoding);
      expect(answer.status).toBe(406);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(JSON.parse(answer.body.toString())).toMatchObject({
        type: '/problems/not-acceptable',
        status: 406,
      });
    },
  );
});

describe('entity tags', () => {
  it.each([LIST, '/openapi.json', '/docs/swagger-ui-bundle.js'])(
    'of %s are strong, and differ where the bytes do',
    async (path) => {
      const tags = await Promise.all(
        [undefined, 'gzip', 'br'].map(async (coding) => (await get(path, coding)).headers.etag),
      );
      for (const tag of tags) expect(tag).toMatch(/^"[\w-]+"$/);
      expect(new Set(tags).size).toBe(3);
    },
  );

  it.each([undefined, 'gzip', 'br'])(
    'match what the caller has in %p, and nothing is sent again',
    async (coding) => {
      for (const path of [LIST, '/openapi.json']) {
        const first = await get(path, coding);
        const again = await get(path, coding, { 'if-none-match': `"other", ${first.headers.etag ?? ''}` });
        expect(again.status).toBe(304);
        expect(again.body).toHaveLength(0);
        expect(again.headers.etag).toBe(first.headers.etag);
        expect(again.headers.vary).toBe(first.headers.vary);
        expect(again.headers).not.toHaveProperty('content-type');
        expect(again.headers).not.toHaveProperty('content-encoding');
      }
    },
  );

  it('of another coding do not match the answer', async () => {
    const plain = await get(LIST);
    const compressed = await get(LIST, 'gzip', { 'if-none-match': plain.headers.etag ?? '' });
    expect(compressed.status).toBe(200);
    expect(compressed.headers['content-encoding']).toBe('gzip');
  });

  it('do not make an error a 304', async () => {
    expect((await get('/v1/tasks?colour=red', 'gzip', { 'if-none-match': '*' })).status).toBe(400);
  });
});

it.each([undefined, 'gzip', 'br'])('HEAD has the headers of GET, in %p', async (coding) => {
  for (const path of [LIST, '/openapi.json', '/docs']) {
    const [got, head] = [
      await get(path, coding),
      await askRaw(
        `${gateway.url}${path}`,
        coding === undefined ? {} : { 'accept-encoding': coding },
        'HEAD',
      ),
    ];
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    for (const name of ['content-encoding', 'content-length', 'content-type', 'etag', 'vary']) {
      expect({ name, value: head.headers[name] }).toEqual({ name, value: got.headers[name] });
    }
  }
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { EXHAUSTIVE } from '../../support/combinations.js';
import type { SentPage } from '../../support/tasks.js';
import { tagOf } from './comparable.js';
import { faultsOf, questionOf, unforced, type Asked } from './expected.js';
import { Gateways, type TestRequest } from './gateways.js';
import { requestsAbout } from './requests.js';

const REQUESTS = EXHAUSTIVE ? 10_000 : 500;
const WALKS = EXHAUSTIVE ? 300 : 15;
const ENOUGH_TIME_MS = EXHAUSTIVE ? 900_000 : 120_000;

/** Printed by every failure; `LEAK_SEED=… npm run test:run -- access/leaks` repeats the run. */
const SEED = Number(process.env.LEAK_SEED ?? Date.now() % 2 ** 31);

const gateways = new Gateways();
beforeAll(() => gateways.start(SEED));
afterAll(() => gateways.stop());

const asked = (): fc.Arbitrary<Asked> =>
  fc.record({
    principal: fc.constantFrom(...gateways.principals),
    request: requestsAbout(gateways.names.tasks),
  });

const listed = (): fc.Arbitrary<Asked> =>
  fc.record({
    principal: fc.constantFrom(...gateways.principals.filter(({ sources }) => sources['tasks:read'])),
    request: fc
      .constantFrom('', '&orderBy=endTime%20asc', '&status=FAILED,SUCCEEDED', '&type=BACKUP')
      .map(listOf),
  });

const listOf = (query: string): TestRequest => ({
  method: 'GET',
  path: `/v1/tasks?pageSize=7${query}`,
  headers: {},
});

async function run<T>(
  arbitrary: fc.Arbitrary<T>,
  times: number,
  law: (value: T) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(arbitrary, law), { seed: SEED, numRuns: times, endOnFailure: true });
}

describe('what a principal may not see', () => {
  it(
    'is in no answer, which are those of a gateway that has only what it may see',
    () =>
      run(asked(), REQUESTS, async ({ principal, request }) => {
        const answer = await gateways.ask(principal, request);
        const { visible } = questionOf(principal, request);
        const said = decodeURIComponent(request.path.replaceAll('+', ' '));
        // A refusal names the sources that the principal has the scope for; the raw ones may not be visible to it.
        expect(gateways.names.in(answer, visible, said)).toEqual([]);
        expect(await faultsOf(gateways, { principal, request }, answer)).toEqual([]);
      }),
    ENOUGH_TIME_MS,
  );

  it(
    'is on no page of a walk, and a token is good for the same visible set only',
    () =>
      run(fc.tuple(listed(), listed()), WALKS, async ([{ principal, request }, { principal: other }]) => {
        const { visible } = questionOf(principal, request);
        const own = await walk((path) => gateways.ask(principal, { ...request, path }), request.path);
        const expected = await walk(
          (path) => gateways.askReference(visible, { ...request, path }),
          request.path,
        );
        expect(own.ids).toEqual(expected.ids);
        if (own.token === '') return;
        const path = `${request.path}&pageToken=${own.token}`;
        const { status, body } = await gateways.ask(other, { ...request, path });
        // Where its own sources cannot be read, the token is looked at first.
        const isSame = questionOf(other, request).visible.toSorted().join() === visible.toSorted().join();
        expect(status).toBe(isSame ? 200 : 400);
        if (!isSame) expect(body).toMatchObject({ type: '/problems/invalid-page-token' });
      }),
    ENOUGH_TIME_MS,
  );

  it(
    'makes no 304: the tag of another is good where the answer is the same',
    () =>
      run(fc.tuple(listed(), listed()), WALKS, async ([{ principal, request }, { principal: other }]) => {
        const tag = tagOf(await gateways.ask(principal, request));
        const own = await gateways.ask(other, request);
        const headers = { 'if-none-match': tag };
        const conditional = await gateways.ask(other, { ...unforced(request), headers });
        // Not its earlier tag: a truncated feed may have been read again since.
        const isSame = own.status === 200 && tagOf(conditional) === tag;
        expect(conditional.status).toBe(isSame ? 304 : own.status);
        if (isSame) expect(tagOf(own)).toBe(tag);
      }),
    ENOUGH_TIME_MS,
  );
});

/** The ids of all pages, and the first token. */
async function walk(
  page: (path: string) => Promise<{ readonly body: unknown }>,
  path: string,
): Promise<{ ids: string[]; token: string }> {
  const ids: string[] = [];
  let [first, next] = ['', ''];
  do {
    const { body } = await page(next === '' ? path : `${path}&pageToken=${next}`);
    // Where none of the sources can be read, there is a problem instead of a page.
    const { tasks = [], nextPageToken = '' } = body as Partial<SentPage>;
    ids.push(...tasks.map(({ id }) => id));
    if (first === '') first = nextPageToken;
    next = nextPageToken;
  } while (next !== '');
  return { ids, token: first };
}

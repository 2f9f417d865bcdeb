import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IN_FULL, printFigures } from '../support/figures.js';
import { ask } from '../support/http.js';
import type { Replica } from '../support/replica.js';
import { Stage } from '../support/stage.js';
import type { SentPage } from '../support/tasks.js';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.clear());

const ROWS = IN_FULL ? 100_000 : 5_000;
const NO_ROWS = { cssClusters: 0, cbrRows: 0, cceClusters: 0, ocpTenants: 0 };
/** What a page of rows of each kind may hold the event loop for, in milliseconds. */
const LONGEST_HOLD_MS = 50;

const QUESTIONS = {
  'all feeds read and ordered': '/v1/tasks',
  'another order': '/v1/tasks?orderBy=updateTime%20asc',
  'a filter by text': '/v1/tasks?resourceName=a',
  'a large page': '/v1/tasks?pageSize=1000',
};

/** The longest time that the event loop was held since it was asked last. */
async function longestHoldMs(replica: Replica): Promise<number> {
  return 1000 * ((await replica.metric('nodejs_eventloop_lag_max_seconds')) ?? Number.NaN);
}

describe(`${ROWS} rows`, () => {
  it.each([
    ['one CBR feed', { cbrRows: ROWS }],
    ['one CSS feed', { cssClusters: 1, cssRowsPerCluster: ROWS }],
    ['one CCE feed', { cceClusters: 1, cceRowsPerCluster: ROWS }],
    ['ten CCE feeds', { cceClusters: 10, cceRowsPerCluster: ROWS / 10 }],
  ])(
    'in %s are read, ordered and filtered without holding the event loop',
    async (name, fleet) => {
      const simulator = await stage.simulator({ fleet: { ...NO_ROWS, ...fleet }, life: { rate: 0 } });
      const settings = { window: '3650d', cache: { freshFor: '10m' }, server: { deadline: '60s' } };
      const replica = await stage.replica(simulator, settings);
      const figures: { question: string; 'longest hold ms': number }[] = [];
      for (const [question, path] of Object.entries(QUESTIONS)) {
        await longestHoldMs(replica);
        const { status, body } = await ask(`${replica.url}${path}`);
        figures.push({ question, 'longest hold ms': await longestHoldMs(replica) });
        expect(status).toBe(200);
        if (question in { 'another order': 1 })
          expect((body as SentPage).totalSize).toBeGreaterThan(ROWS * 0.9);
      }
      printFigures(`${ROWS} rows in ${name}`, figures);
      if (IN_FULL) for (const each of figures) expect(each['longest hold ms']).toBeLessThan(LONGEST_HOLD_MS);
    },
    120_000,
  );
});

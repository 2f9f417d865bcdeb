import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Simulator } from '@/simulator/simulator.js';
import { printFigures } from '../support/figures.js';
import { ask } from '../support/http.js';
import type { Replica } from '../support/replica.js';
import { TestSetup } from '../support/test-setup.js';
import type { SentPage } from '../support/tasks.js';

let setup: TestSetup;
beforeEach(() => {
  setup = new TestSetup();
});
afterEach(() => setup.clear());

const ROWS = 100_000;
const NO_ROWS = { cssClusters: 0, cbrRows: 0, cceClusters: 0, ocpTenants: 0 };
/** What a page of rows of each kind may hold the event loop for, in milliseconds. */
const LONGEST_HOLD_MS = 50;
const CHANGED_ROWS = 10;

interface Question {
  readonly path: string;
  readonly renewed?: boolean;
  /** Done to the upstreams before. */
  readonly prepare?: (simulator: Simulator) => void;
}

const LIST = '/v1/tasks';

function questionsAbout(id: string): Record<string, Question> {
  return {
    'another order': { path: `${LIST}?orderBy=updateTime%20asc` },
    'a filter by text': { path: `${LIST}?resourceName=a` },
    'a large page': { path: `${LIST}?pageSize=1000` },
    'one task': { path: `${LIST}/${id}` },
    'the sources': { path: '/v1/sources' },
    'the same rows read again': { path: LIST, renewed: true },
    'some changed rows read again': { path: LIST, renewed: true, prepare: changeRows },
    'another order of these': { path: `${LIST}?orderBy=updateTime%20asc` },
    'one task of these': { path: `${LIST}/${id}` },
  };
}

function changeRows({ fleet }: Simulator): void {
  const lists = [fleet.cbr, ...[...fleet.css, ...fleet.cce].map(({ rows }) => rows)];
  const records: object[] = lists.flatMap((rows): object[] => rows.records.slice(0, CHANGED_ROWS));
  for (const record of records.slice(0, CHANGED_ROWS)) {
    Object.assign(record, { status: 'running', phase: 'Running' });
  }
}

/** The longest time that the event loop was held since it was asked last. */
async function longestHoldMs(replica: Replica): Promise<number> {
  return 1000 * ((await replica.metric('nodejs_eventloop_lag_max_seconds')) ?? Number.NaN);
}

type Figure = Readonly<Record<'question', string> & Record<'longest hold ms', number>>;

function judge(title: string, figures: readonly Figure[]): void {
  printFigures(title, figures);
  for (const each of figures) expect(each['longest hold ms']).toBeLessThan(LONGEST_HOLD_MS);
}

const SETTINGS = { window: '3650d', cache: { freshFor: '10m' }, server: { deadline: '60s' } };
const SHAPES: [string, object][] = [
  ['one CBR feed', { cbrRows: ROWS }],
  ['one CSS feed', { cssClusters: 1, cssRowsPerCluster: ROWS }],
  ['one CCE feed', { cceClusters: 1, cceRowsPerCluster: ROWS }],
  ['ten CCE feeds', { cceClusters: 10, cceRowsPerCluster: ROWS / 10 }],
];

describe(`${ROWS} rows`, () => {
  it.each(SHAPES)(
    'in %s are read, ordered and filtered without blocking the event loop',
    async (name, fleet) => {
      const simulator = await setup.simulator({ fleet: { ...NO_ROWS, ...fleet }, life: { rate: 0 } });
      const replica = await setup.replica(simulator, SETTINGS);
      const figures: Figure[] = [];
      const measure = async (question: string, { path, renewed, prepare }: Question): Promise<SentPage> => {
        prepare?.(simulator);
        await longestHoldMs(replica);
        const headers = renewed === true ? { 'cache-control': 'no-cache' } : undefined;
        const { status, body } = await ask(`${replica.url}${path}`, headers);
        figures.push({ question, 'longest hold ms': await longestHoldMs(replica) });
        expect(status).toBe(200);
        return body as SentPage;
      };
      const { tasks, totalSize } = await measure('all feeds read and ordered', { path: LIST });
      expect(totalSize).toBeGreaterThan(ROWS * 0.9);
      const questions = Object.entries(questionsAbout(tasks[0]?.id ?? ''));
      for (const [question, asked] of questions) await measure(question, asked);
      judge(`${ROWS} rows in ${name}`, figures);
    },
    240_000,
  );

  it('pass from one replica to another without blocking the event loop of either', async () => {
    const redis = await setup.redis();
    const fleet = { ...NO_ROWS, cceClusters: 1, cceRowsPerCluster: ROWS };
    const simulator = await setup.simulator({ fleet, life: { rate: 0 } });
    const settings = { ...SETTINGS, cache: { ...SETTINGS.cache, redis: redis.url } };
    const replicas = await setup.replicas(2, simulator, settings);
    const figures: (Figure & { readonly replica: string })[] = [];
    for (const [question, headers] of [
      ['first read', undefined],
      ['read again', { 'cache-control': 'no-cache' }],
    ] as const) {
      for (const replica of replicas) await longestHoldMs(replica);
      for (const [index, replica] of replicas.entries()) {
        // The other one takes over what the first has read.
        const answer = await ask(`${replica.url}${LIST}`, index === 0 ? headers : {});
        expect((answer.body as SentPage).totalSize).toBeGreaterThan(ROWS * 0.9);
      }
      for (const [index, replica] of replicas.entries()) {
        const held = await longestHoldMs(replica);
        figures.push({ question, replica: index === 0 ? 'reads' : 'takes over', 'longest hold ms': held });
      }
    }
    judge(`${ROWS} rows in one CCE feed, by way of Redis`, figures);
  }, 240_000);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../harness/children.mjs';
import { ask, expect } from '../harness/exchange.mjs';
import { quantile } from '../harness/statistics.mjs';

const FEEDS = 200;
const ROWS = 5_000;
/** Two of five feeds are OCP's and two CBR's, each of so many resources, and one is a cluster of CSS. */
const KINDS = ['css', 'ocp', 'cbr', 'ocp', 'cbr'];
const RESOURCES_A_FEED = 125;
const LEAST_RESOURCES = 20_000;
const CHANGED_ROWS = 50;
const EVERY_MS = 60;

const LIST = '/v1/resources?include=days&days=30&pageSize=50&timeZone=Europe/Berlin';
const PAST = `${LIST}&asOf=2026-10-24T12:00:00Z`;
const NEWEST_FIRST = `${LIST}&orderBy=lastSuccessTime%20desc`;
const PROTECTION = '/v1/protection';

export const resources = {
  name: 'resources',
  title: 'verdicts on 20,000 resources of 1,000,000 tasks in 200 feeds, asked for in turn',
  run: async ({ seconds }) => measure(Math.ceil(seconds * 80)),
};

/** Each is measured by how long it took, by its processor time, and by how long it held the event loop. */
const QUESTIONS = [
  { label: 'list, nothing changed', path: LIST, isAfterChange: false },
  { label: `list, after a change of ${CHANGED_ROWS} tasks`, path: LIST, isAfterChange: true },
  { label: 'protection, nothing changed', path: PROTECTION, isAfterChange: false },
  { label: `protection, after a change of ${CHANGED_ROWS} tasks`, path: PROTECTION, isAfterChange: true },
  { label: 'list of a past moment', path: PAST, isAfterChange: false },
  { label: 'list, the last success first', path: NEWEST_FIRST, isAfterChange: false },
];

async function measure(turns) {
  const server = await startProcess('view.mjs', {
    ...{ feeds: FEEDS, rows: ROWS, kinds: KINDS, resources: RESOURCES_A_FEED },
  });
  await ask(`${server.url}/v1/tasks`);
  const heapBefore = await server.call('heap');
  const first = await askFor(server, LIST);
  for (let turn = 0; turn < 10; turn += 1) await askAll(server);
  const samples = QUESTIONS.map(() => []);
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [index, sample] of (await askAll(server)).entries()) samples[index].push(sample);
  }
  const heapAfter = await server.call('heap');
  await server.stop();
  return [
    { label: 'the first list', unit: 'ms', ours: [first.tookMs] },
    { label: '… event loop held at most', unit: 'ms', ours: [first.heldMs] },
    ...QUESTIONS.flatMap(({ label }, index) => rowsOf(label, samples[index])),
    { label: 'memory that resources add', unit: 'MB', ours: [heapAfter - heapBefore] },
  ];
}

/** All questions in turn, so that other work on the machine disturbs each alike. */
async function askAll(server) {
  const samples = [];
  for (const { path, isAfterChange } of QUESTIONS) {
    if (isAfterChange) await server.call('change', { changed: CHANGED_ROWS });
    await sleep(EVERY_MS);
    samples.push(await askFor(server, path));
  }
  return samples;
}

async function askFor(server, path) {
  await server.call('reset');
  const before = await server.call('usage');
  const { status, body, tookMs } = await ask(`${server.url}${path}`);
  const after = await server.call('usage');
  const { heldMs } = await server.call('figures');
  expect(status === 200, `${path} is answered`);
  const { totalSize, resources: page, total } = JSON.parse(body.toString());
  const count = totalSize ?? Object.values(total).reduce((sum, each) => sum + each, 0);
  expect(count >= LEAST_RESOURCES, 'the answer is about every resource');
  expect(page?.every(({ days }) => days.length === 30) ?? true, 'each resource of a page has its days');
  return { tookMs, heldMs, cpuMs: after.cpuMs - before.cpuMs };
}

function rowsOf(label, samples) {
  const tookMs = samples.map((sample) => sample.tookMs);
  const row = (what, value) => ({ label: `${label}, ${what}`, unit: 'ms', ours: [value] });
  return [
    row('p50', quantile(tookMs, 0.5)),
    row('p99', quantile(tookMs, 0.99)),
    row(
      'processor, p50',
      quantile(
        samples.map(({ cpuMs }) => cpuMs),
        0.5,
      ),
    ),
    row('event loop held at most', Math.max(...samples.map(({ heldMs }) => heldMs))),
  ];
}

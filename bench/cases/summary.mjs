import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../harness/children.mjs';
import { ask, expect } from '../harness/exchange.mjs';
import { quantile } from '../harness/statistics.mjs';

const ROWS = 5_000;
const CHANGED_ROWS = 50;
const EVERY_MS = 125;

export const summary = {
  name: 'summary',
  title:
    'tasks by status and day over 200 feeds of 5,000 tasks, with a change of one feed before each question',
  run: async ({ seconds }) => [...(await measure(20, seconds)), ...(await measure(200, seconds))],
};

/** The first summary ever, the same one while nothing has changed in its feeds, and after changes. */
async function measure(feeds, seconds) {
  const server = await startProcess('view.mjs', { feeds, rows: ROWS });
  const label = `${(feeds * ROWS).toLocaleString('en')} tasks:`;
  await ask(`${server.url}/v1/tasks`);
  await server.call('reset');
  const cold = await summarise(server, 'groupBy=status&bucket=day');
  const coldHeld = await server.call('figures');
  const turns = Math.max(10, seconds * 10) * 8;
  for (let turn = 0; turn < 40; turn += 1) await summarise(server, otherText(turn));
  await server.call('reset');
  const warm = await inTurn(server, turns, () => Promise.resolve());
  const changed = await inTurn(server, turns, () => server.call('change', { changed: CHANGED_ROWS }));
  const held = await server.call('figures');
  await server.stop();
  const row = (what, values) => ({ label: `${label} ${what}`, unit: 'ms', ours: values });
  return [
    row('the first summary', [cold]),
    row('… event loop held at most', [coldHeld.heldMs]),
    row('nothing changed, p50', [quantile(warm, 0.5)]),
    row('nothing changed, p99', [quantile(warm, 0.99)]),
    row('after a change of 50 tasks, p50', [quantile(changed, 0.5)]),
    row('after a change of 50 tasks, p99', [quantile(changed, 0.99)]),
    row('event loop held at most', [held.heldMs]),
    row('… of that one garbage collection', [held.minorGcMs]),
  ];
}

async function inTurn(server, turns, before) {
  const tookMs = [];
  for (let turn = 0; turn < turns; turn += 1) {
    await before();
    await sleep(EVERY_MS);
    tookMs.push(await summarise(server, otherText(turn)));
  }
  return tookMs;
}

/** The same question in another text, so that no answer is remembered but what each feed adds to it. */
function otherText(turn) {
  return `groupBy=status&bucket=day&timeZone=UTC&source=search-logs,oceanbase${',oceanbase'.repeat(turn % 40)}`;
}

async function summarise(server, query) {
  const { status, body, tookMs } = await ask(`${server.url}/v1/tasks/summary?${query}`);
  expect(status === 200, 'every summary is answered');
  expect(JSON.parse(body.toString()).groups.length > 30, 'a summary has a group for each day');
  return tookMs;
}

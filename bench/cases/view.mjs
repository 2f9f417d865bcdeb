import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { startProcess } from '../harness/children.mjs';
import { ask, expect } from '../harness/exchange.mjs';
import { quantile } from '../harness/statistics.mjs';

const EVERY_MS = 125;
const CHANGED_ROWS = 50;
const LARGEST_PAGE = 1000;

export const view = {
  name: 'view',
  title: 'one list over 200 feeds of 5,000 tasks and over 20, with 8 changes and 8 new questions a second',
  run: async (options) => [...(await compare(20, options)), ...(await compare(200, options))],
};

/** The figures of this build, beside those of another where there is one. */
async function compare(feeds, { seconds, against }) {
  const ours = await measure(feeds, seconds);
  if (against === null) return ours;
  const theirs = await measure(feeds, seconds, { DIST: pathToFileURL(`${resolve(against)}/`).href });
  return ours.map((row, index) => ({ ...row, better: 'lower', theirs: theirs[index].ours }));
}

/** Memory, new questions while feeds change, and a walk over all tasks. */
async function measure(feeds, seconds, env) {
  const rows = 5_000;
  const server = await startProcess('view.mjs', { feeds, rows }, env);
  const label = `${(feeds * rows).toLocaleString('en')} tasks:`;
  await warmUp(server);
  const before = await server.call('figures');
  const { tookMs, refused, held } = await underChange(server, Math.max(10, seconds * 10));
  const walk = await walkAll(server, feeds * rows);
  const after = await server.call('figures');
  await server.stop();
  const row = (what, unit, values) => ({ label: `${label} ${what}`, unit, ours: values });
  return [
    row('a new question, p50', 'ms', [quantile(tookMs, 0.5)]),
    row('a new question, p99', 'ms', [quantile(tookMs, 0.99)]),
    row('new questions refused', `of ${tookMs.length}`, [refused]),
    row('event loop held at most', 'ms', [held.heldMs]),
    row('… of that one garbage collection', 'ms', [held.minorGcMs]),
    row('last page of a walk / first', 'times', [walk.last / walk.first]),
    row('memory (RSS)', 'MB', [before.rssMb]),
    row('memory after a whole walk', 'MB', [after.rssMb]),
  ];
}

async function warmUp(server) {
  for (let number = 0; number < 40; number += 1) {
    await server.call('change', { changed: CHANGED_ROWS });
    await ask(`${server.url}/v1/tasks?${newFilter(-number)}`);
    await ask(`${server.url}/v1/tasks`);
  }
}

/** Eight changes and eight questions a second, each when it is due, however long the others take. */
async function underChange(server, seconds) {
  await server.call('reset');
  const asked = [];
  const startedMs = performance.now();
  for (let turn = 0; turn < (seconds * 1000) / EVERY_MS; turn += 1) {
    await sleep(Math.max(0, startedMs + turn * EVERY_MS - performance.now()));
    void server.call('change', { changed: CHANGED_ROWS });
    await sleep(EVERY_MS / 2);
    asked.push(ask(`${server.url}/v1/tasks?${newFilter(turn)}`));
  }
  const answers = await Promise.all(asked);
  const refused = answers.filter(({ status }) => status !== 200).length;
  return { tookMs: answers.map(({ tookMs }) => tookMs), refused, held: await server.call('figures') };
}

/** A filter that was never asked before: in turn a time, a text, and words with a time. */
function newFilter(number) {
  const after = new Date(Date.UTC(2026, 9, 5) + number * 1_009).toISOString();
  const filters = [
    `createdAfter=${after}`,
    `resourceName=${1_000 + number}&status=FAILED`,
    `status=FAILED&endedAfter=${after}`,
    `type=LOG_BACKUP&trigger=MANUAL&createdBefore=${after}`,
  ];
  return filters[Math.abs(number) % filters.length];
}

/** All pages by their tokens; the times of the first ten, and of the last ten full ones. */
async function walkAll(server, total) {
  const tookMs = [];
  let [token, seen] = ['', 0];
  do {
    const {
      status,
      body,
      tookMs: took,
    } = await ask(`${server.url}/v1/tasks?pageSize=${LARGEST_PAGE}&pageToken=${token}`);
    expect(status === 200, 'every page of the walk is answered');
    const page = JSON.parse(body.toString());
    [token, seen] = [page.nextPageToken, seen + page.tasks.length];
    if (page.tasks.length === LARGEST_PAGE) tookMs.push(took);
  } while (token !== '');
  expect(seen === total, 'the walk brings every task');
  const middle = (some) => quantile(some, 0.5);
  return { first: middle(tookMs.slice(0, 20)), last: middle(tookMs.slice(-20)) };
}

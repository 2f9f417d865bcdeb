import { startProcess } from '../harness/children.mjs';
import { ask, expect } from '../harness/exchange.mjs';
import { alternate, compareLoads } from '../harness/load.mjs';

/** More than 10,000 tasks, most of them operation logs of CBR. */
const FLEET = {
  cssClusters: 3,
  cssRowsPerCluster: 1000,
  cbrRows: 6000,
  cceClusters: 2,
  cceRowsPerCluster: 500,
};
const FILTER = '/v1/tasks?status=FAILED&resourceName=db&pageSize=50';
const CONNECTIONS = 8;
const NAIVE_CACHE_MS = 15_000;

export const filteredPage = {
  name: 'filtered-page',
  title: `GET ${FILTER} over 10,000 tasks, ${CONNECTIONS} connections, against an Express + axios BFF`,
  run: measure,
};

/** The same tasks each time, but never the same question: no answer and no filtered list can be remembered. */
function varying() {
  let startMs = Date.now() - 365 * 24 * 60 * 60_000;
  return () => {
    startMs += 1;
    return `${FILTER}&createdAfter=${new Date(startMs).toISOString()}`;
  };
}

async function measure(options) {
  const simulator = await startProcess('simulator.mjs', { fleet: FLEET });
  const settings = { urls: simulator.urls, clusters: simulator.clusters };
  const gateway = await startProcess('gateway.mjs', settings);
  const bff = await startProcess('bff.mjs', settings);
  const caching = await startProcess('bff.mjs', { ...settings, cacheMs: NAIVE_CACHE_MS });
  await compareAnswers(simulator, gateway, [bff, caching]);
  const target = (name, server, path) => ({ name, server, url: server.url, path });
  const slowTarget = { ...target('BFF', bff, varying()), amount: 2 * CONNECTIONS };
  const targets = [
    target('gateway', gateway, () => FILTER),
    target('gateway, varied filter', gateway, varying()),
    slowTarget,
    target('BFF with a cache', caching, varying()),
  ];
  const measured = await alternate(targets, { ...options, connections: CONNECTIONS });
  await Promise.all([gateway, bff, caching, simulator].map((server) => server.stop()));
  return rowsOf(measured);
}

function rowsOf([hot, varied, bff, caching]) {
  return [
    ...compareLoads('hot, against the BFF', hot, bff),
    ...compareLoads('varied filter, against the BFF', varied, bff),
    ...compareLoads('hot, against the BFF with a 15 s cache', hot, caching),
    ...compareLoads('varied filter, against the BFF with a 15 s cache', varied, caching),
  ];
}

/** All sides must have found the same tasks, in the same order, both with the filter and without. */
async function compareAnswers(simulator, gateway, others) {
  expect(simulator.taskCount >= 10_000, 'there are 10,000 tasks');
  for (const path of ['/v1/tasks?pageSize=50', FILTER, varying()()]) {
    const ours = await answerOf(gateway, path);
    expect(ours.completeness.complete, `the gateway's answer to ${path} is complete`);
    expect(
      ours.totalSize > 50 && (path.includes('status') || ours.totalSize === simulator.taskCount),
      'all tasks are there',
    );
    for (const other of others) {
      const theirs = await answerOf(other, path);
      expect(
        ours.totalSize === theirs.totalSize,
        `gateway and BFF find as many tasks: ${ours.totalSize}, ${theirs.totalSize}`,
      );
      expect(essence(ours) === essence(theirs), `gateway and BFF give the same tasks for ${path}`);
    }
  }
}

async function answerOf({ url }, path) {
  const { status, body } = await ask(`${url}${path}`);
  expect(status === 200, `${url}${path} answers 200`);
  return JSON.parse(body);
}

/** What both tell about a page; ids of OceanBase's tasks, which have none of their own, are each side's own. */
function essence({ tasks }) {
  const parts = tasks.map(({ provider, type, status, createTime, endTime, resource, destination, error }) => [
    provider,
    type,
    status,
    createTime,
    endTime,
    resource,
    destination,
    error,
  ]);
  return JSON.stringify(parts);
}

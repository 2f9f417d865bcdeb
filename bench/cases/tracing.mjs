import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startProcess } from '../harness/children.mjs';
import { ask, expect } from '../harness/exchange.mjs';
import { takeTurns } from '../harness/turns.mjs';

const CONNECTIONS = 16;
/** Of each process, for each round that is asked for. */
const TURNS_A_ROUND = 12;
/**
 * One source is read all the time, as in any gateway: what sends traces shares the code of Node for outgoing calls, and a
 * process that makes no other calls would seem to pay for all that this code costs. The others are not: what differs is small.
 */
const FRESH_FOR_MS = { '*': 3_600_000, oceanbase: 1_000 };
/**
 * Two processes with the same code may differ by some percent for as long as they run. An even number: each side is started
 * first equally often.
 */
const STARTS = 6;

export const tracing = {
  name: 'tracing',
  title: `GET /v1/tasks, hot, ${CONNECTIONS} connections: with traces sent to a receiver, against the same gateway without an endpoint`,
  run,
};

const WITHOUT = 'no endpoint';

/** The variables and settings of each side that is compared with a gateway without an endpoint. */
function sidesFor(receiver, against) {
  const sampled = (ratio) => ({
    settings: { isTraced: true },
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: String(ratio),
    },
  });
  const sides = {
    // How far two sides are apart that do not differ.
    [`${WITHOUT}, once more`]: {},
    '1 % sampled': sampled(0.01),
    '100 % sampled': sampled(1),
  };
  if (against !== null)
    sides['the other build'] = { env: { DIST: pathToFileURL(`${resolve(against)}/`).href } };
  return sides;
}

async function run(options) {
  const simulator = await startProcess('simulator.mjs');
  const receiver = await startProcess('otlp-receiver.mjs');
  const rows = [];
  for (const [name, side] of Object.entries(sidesFor(receiver, options.against))) {
    const pairs = [];
    for (let start = 0; start < STARTS; start += 1) {
      const isFirst = start % 2 === 0;
      const measured = await comparePair(isFirst ? [side, {}] : [{}, side], simulator, options);
      pairs.push(isFirst ? measured : measured.toReversed());
    }
    rows.push({
      label: `${name}, against ${WITHOUT}`,
      unit: 'processor ms/request',
      better: 'lower',
      ours: pairs.map(([ours]) => ours),
      theirs: pairs.map(([, theirs]) => theirs),
    });
  }
  expect((await receiver.call('sent')).requests > 0, 'traces arrive at the receiver');
  await Promise.all([simulator, receiver].map((server) => server.stop()));
  return rows;
}

/** Two at a time: a process that mostly waits for its turn would seem to spend more on what it does every few seconds. */
async function comparePair(sides, simulator, { rounds }) {
  const pair = [];
  for (const side of sides) pair.push(await startTarget(side, simulator));
  const measured = await takeTurns(pair, { turns: rounds * TURNS_A_ROUND, connections: CONNECTIONS });
  await Promise.all(pair.map(({ server }) => server.stop()));
  return measured;
}

async function startTarget({ settings = {}, env = {} }, { urls }) {
  const server = await startProcess('gateway.mjs', { urls, freshForMs: FRESH_FOR_MS, ...settings }, env);
  const url = `${server.url}/v1/tasks`;
  await ask(url, { prefer: 'handling=strict' });
  const { headers } = await ask(url, { prefer: 'handling=strict' });
  expect(headers['cache-status'].includes('hit'), 'the page is answered without waiting');
  return { server, url };
}

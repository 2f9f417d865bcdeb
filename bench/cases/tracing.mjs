import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startProcess } from '../harness/children.mjs';
import { ask, expect } from '../harness/exchange.mjs';
import { alternate, compareLoads } from '../harness/load.mjs';

const CONNECTIONS = 16;
/** Short runs, one side after the other, so that other work on the machine disturbs all of them alike. */
const REQUESTS = 2_000;
/** Nothing is read while it is measured: what differs is small. */
const FRESH_FOR_MS = 3_600_000;
/** Two processes with the same code may differ by some percent for as long as they run. */
const STARTS = 3;

export const tracing = {
  name: 'tracing',
  title: `GET /v1/tasks, hot, ${CONNECTIONS} connections: with traces sent to a receiver, against the same gateway without an endpoint`,
  run,
};

/** The variables and settings of each side; the first is what the others are compared with. */
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
    'no endpoint': { settings: {}, env: {} },
    '1 % sampled': sampled(0.01),
    '100 % sampled': sampled(1),
  };
  if (against !== null)
    sides['the other build'] = { settings: {}, env: { DIST: pathToFileURL(`${resolve(against)}/`).href } };
  return sides;
}

async function run(options) {
  const simulator = await startProcess('simulator.mjs');
  const receiver = await startProcess('otlp-receiver.mjs');
  const sides = sidesFor(receiver, options.against);
  const targets = [];
  for (let start = 0; start < STARTS; start += 1) {
    for (const [name, side] of Object.entries(sides)) targets.push(await targetOf(name, side, simulator));
  }
  const measured = await alternate(targets, { ...options, connections: CONNECTIONS });
  expect((await receiver.call('sent')).requests > 0, 'traces arrive at the receiver');
  const servers = [simulator, receiver, ...targets.map(({ server }) => server)];
  await Promise.all(servers.map((server) => server.stop()));
  return rowsOf(Object.keys(sides), (name) =>
    measured.filter((_, index) => targets[index].name === name).flat(),
  );
}

async function targetOf(name, { settings, env }, { urls }) {
  const server = await startProcess('gateway.mjs', { urls, freshForMs: FRESH_FOR_MS, ...settings }, env);
  const url = `${server.url}/v1/tasks`;
  await ask(url, { prefer: 'handling=strict' });
  const { headers } = await ask(url, { prefer: 'handling=strict' });
  expect(headers['cache-status'].includes('hit'), 'the page is answered without waiting');
  return { name, server, url, amount: REQUESTS };
}

function rowsOf([without, ...others], roundsOf) {
  return others.flatMap((name) =>
    name === 'the other build'
      ? compareLoads(`${without}, against ${name}`, roundsOf(without), roundsOf(name))
      : compareLoads(name, roundsOf(name), roundsOf(without)),
  );
}

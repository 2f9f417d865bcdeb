import { startProcess } from '../harness/children.mjs';
import { ask, expect } from '../harness/exchange.mjs';

const PROVIDERS = ['css', 'cbr', 'ocp', 'cce'];
const LATENCIES_MS = [50, 100, 150, 200];
const SLOWEST_MS = 200;

/** Every list fits on one page, so that a case counts round trips and not pages. */
const FLEET = { cssClusters: 3, cssRowsPerCluster: 400, cbrRows: 900, cceClusters: 2, cceRowsPerCluster: 60 };

export const coldAnswer = {
  name: 'cold-answer',
  title: `GET /v1/tasks when nothing is held; upstreams take ${LATENCIES_MS.join(', ')} ms a call, each slowest in turn`,
  run: measure,
};

/** Each way to be cold: how a fresh sample is brought about, and what the caller sends. */
const WAYS = [
  { label: 'process just started, clusters configured', discovers: false, begin: startNewProcess },
  { label: 'process just started, discovery', discovers: true, begin: startNewProcess },
  { label: 'new gateway in a warm process, clusters configured', discovers: false, begin: startAnew },
  { label: 'new gateway in a warm process, discovery', discovers: true, begin: startAnew },
  { label: 'Cache-Control: no-cache, clusters configured', discovers: false, begin: keep, noCache: true },
  { label: 'Cache-Control: no-cache, discovery', discovers: true, begin: keep, noCache: true },
];

/** A sample of each provider being the slowest makes up a round, and they scatter little: half of them do. */
async function measure(options) {
  const rounds = Math.ceil(options.rounds / 2);
  const simulator = await startProcess('simulator.mjs', { fleet: FLEET });
  const benches = [];
  for (const way of WAYS) benches.push(await setUp(way, simulator));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < PROVIDERS.length; turn++) {
      await simulator.call('setLatencies', latenciesAt(turn));
      for (const bench of benches) await takeSample(bench, slowestAt(turn));
    }
  }
  for (const { gateway } of benches) await gateway?.stop();
  await simulator.stop();
  return benches.flatMap(rowsOf);
}

async function setUp(way, simulator) {
  const { urls, clusters } = simulator;
  const settings = { urls, clusters: way.discovers ? null : clusters };
  const bench = { ...way, simulator, settings, gateway: null, samples: [] };
  if (way.begin === startNewProcess) return bench;
  // The first answers of a process pay for compiling; the rows of a warm process leave that out.
  bench.gateway = await startProcess('gateway.mjs', settings);
  for (let count = 0; count < 10; count++)
    await ask(`${bench.gateway.url}/v1/tasks`, { 'cache-control': 'no-cache' });
  return bench;
}

async function takeSample(bench, slowest) {
  const { simulator } = bench;
  const url = await bench.begin(bench);
  const callsBefore = await simulator.call('countCalls');
  const answer = await ask(`${url}/v1/tasks`, bench.noCache ? { 'cache-control': 'no-cache' } : {});
  const calls = (await simulator.call('countCalls')) - callsBefore;
  const { totalSize, completeness } = JSON.parse(answer.body);
  expect(answer.status === 200 && completeness.complete, `a cold answer is complete (${bench.label})`);
  expect(
    totalSize === simulator.taskCount,
    `a cold answer has all ${simulator.taskCount} tasks, not ${totalSize}`,
  );
  bench.samples.push({ slowest, tookMs: answer.tookMs, calls });
}

async function startNewProcess(bench) {
  await bench.gateway?.stop();
  bench.gateway = await startProcess('gateway.mjs', bench.settings);
  return bench.gateway.url;
}

function startAnew({ gateway }) {
  return gateway.call('startAnew');
}

function keep({ gateway }) {
  return gateway.url;
}

function latenciesAt(turn) {
  return Object.fromEntries(
    PROVIDERS.map((name, at) => [name, LATENCIES_MS[(at + turn) % PROVIDERS.length]]),
  );
}

function slowestAt(turn) {
  return PROVIDERS.find((name) => latenciesAt(turn)[name] === SLOWEST_MS);
}

/** One row over all samples, and one for each provider being the slowest. */
function rowsOf({ label, samples }) {
  const row = (text, some) => ({
    label: text,
    unit: 'ms',
    better: 'lower',
    ours: some.map(({ tookMs }) => tookMs),
    theirs: some.map(() => SLOWEST_MS),
  });
  const ofSlowest = (name) => samples.filter(({ slowest }) => slowest === name);
  const parts = PROVIDERS.map((name) => ({
    ...row(`  ${name.toUpperCase()} slowest`, ofSlowest(name)),
    isPart: true,
  }));
  return [{ ...row(`${label} (${samples[0].calls} calls)`, samples), mixes: true }, ...parts];
}

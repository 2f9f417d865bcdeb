import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Finding } from './campaign.js';
import { checkScenario } from './check-scenario.js';
import type { Scenario } from './scenario.js';
import { TARGETS } from './targets.js';
import type { Order, Progress } from './worker.js';

const USAGE = `Fuzzes the parsers of the providers.

  --inputs N       inputs over all providers (1040000)
  --minutes N      the longest it takes (5)
  --workers N      threads (4)
  --seed N         leads to the same inputs again
  --replay FILE    plays one scenario, as it is printed with a finding
`;

/** A round that takes longer hangs. */
const LONGEST_ROUND_MS = 120_000;
const INPUTS_A_ROUND = 5000;

const HEADINGS = [
  'provider',
  'inputs',
  'seconds',
  'accepted',
  'refused',
  'rows kept',
  'dropped',
  'outcomes',
  'slowest',
];

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1040000' },
    minutes: { type: 'string', default: '5' },
    workers: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    replay: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) print(USAGE);
else if (values.replay === undefined) await fuzz();
else await replay(values.replay);

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function replay(file: string): Promise<void> {
  const { invalid } = await checkScenario(JSON.parse(readFileSync(file, 'utf8')) as Scenario);
  print(invalid.length === 0 ? 'nothing found' : invalid.join('\n'));
  process.exitCode = invalid.length === 0 ? 0 : 1;
}

async function fuzz(): Promise<void> {
  const seed = Number(values.seed);
  print(`seed ${seed}`);
  const startMs = Date.now();
  const providers = Object.keys(TARGETS);
  const inputs = Math.ceil(Number(values.inputs) / providers.length);
  const untilMs = startMs + Number(values.minutes) * 60_000;
  const waiting = providers.map((provider): Order => ({
    provider,
    seed,
    inputs,
    inputsARound: INPUTS_A_ROUND,
    untilMs,
  }));
  const results: Progress[] = [];
  const work = async (): Promise<void> => {
    for (let order = waiting.shift(); order !== undefined; order = waiting.shift()) {
      results.push(await run(order));
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, work));
  printFigures(results, (Date.now() - startMs) / 1000);
  for (const { finding } of results) if (finding !== null) printFinding(finding);
}

/** The last progress of a provider's thread. A thread that hangs is ended, and named. */
function run(order: Order): Promise<Progress> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: order });
    const hang = setTimeout(() => {
      void worker.terminate();
      reject(new Error(`${order.provider} hangs with seed ${order.seed}`));
    }, LONGEST_ROUND_MS);
    worker.on('message', (progress: Progress) => {
      hang.refresh();
      if (!progress.isOver) return;
      clearTimeout(hang);
      resolve(progress);
    });
    worker.on('error', reject);
  });
}

function printFigures(results: readonly Progress[], seconds: number): void {
  const lines = results.map(({ figures, seconds: took }) => [
    ...[figures.provider, figures.inputs, took.toFixed(1), figures.accepted, figures.refused],
    ...[figures.keptRows, figures.droppedRows, figures.outcomes, `${Math.ceil(figures.slowestMs)} ms`],
  ]);
  for (const line of [HEADINGS, ...lines]) {
    print(
      line
        .map((cell, column) => (column === 0 ? String(cell).padEnd(14) : String(cell).padStart(10)))
        .join(' '),
    );
  }
  const total = results.reduce((sum, { figures }) => sum + figures.inputs, 0);
  const found = results.filter(({ finding }) => finding !== null).length;
  print(`\n${total} inputs in ${seconds.toFixed(1)} s, ${found} findings`);
}

function printFinding({ scenario, invalid }: Finding): void {
  process.exitCode = 1;
  print(
    `\n${scenario.provider}:\n${invalid.join('\n')}\nTo play it again (--replay):\n${JSON.stringify(scenario)}`,
  );
}

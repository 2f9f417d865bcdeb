import { parentPort, workerData } from 'node:worker_threads';
import { Campaign, type Figures, type Finding } from './campaign.js';

/** One provider to be fuzzed by one thread. */
export interface Order {
  readonly provider: string;
  readonly seed: number;
  readonly inputs: number;
  readonly inputsARound: number;
  /** No round begins later, epoch milliseconds. */
  readonly untilMs: number;
}

/** Sent after every round. */
export interface Progress {
  readonly figures: Figures;
  readonly seconds: number;
  readonly finding: Finding | null;
  readonly isOver: boolean;
}

const { provider, seed, inputs, inputsARound, untilMs } = workerData as Order;
const campaign = new Campaign(provider, seed);
const startMs = performance.now();
let isOver = false;
while (!isOver) {
  const remaining = inputs - campaign.figures.inputs;
  const finding = await campaign.run(Math.min(inputsARound, remaining));
  const { figures } = campaign;
  isOver = finding !== null || figures.inputs >= inputs || Date.now() >= untilMs;
  const seconds = (performance.now() - startMs) / 1000;
  parentPort?.postMessage({ figures, seconds, finding, isOver } satisfies Progress);
}

import { Agent } from 'node:http';
import { ask, expect } from './exchange.mjs';

/** Long enough to be measured, and so short that other work on the machine disturbs the turns of all targets alike. */
const REQUESTS_A_TURN = 400;
/**
 * Turns before anything is measured: some 20 seconds. Until then code is compiled again and again as it meets new cases, and what
 * happens only every few seconds brings some of them.
 */
const WARM_UP_TURNS = 100;

/**
 * The processor time in milliseconds that each target needs for a request, over so many turns, with all that it does between
 * them (what is sent later, what memory is freed). Targets take turns on connections that stay open. For differences of some
 * percent, which `alternate` cannot tell.
 */
export async function takeTurns(targets, { turns, connections }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  await takeAll(targets, WARM_UP_TURNS, agent);
  const before = await usages(targets);
  await takeAll(targets, turns, agent);
  const after = await usages(targets);
  agent.destroy();
  return targets.map((_, index) => (after[index] - before[index]) / (turns * REQUESTS_A_TURN));
}

async function usages(targets) {
  const all = await Promise.all(targets.map(({ server }) => server.call('usage')));
  return all.map(({ cpuMs }) => cpuMs);
}

async function takeAll(targets, turns, agent) {
  for (let turn = 0; turn < turns; turn += 1) {
    // Each goes first, last and in the middle equally often.
    for (const index of targets.keys()) await takeTurn(targets[(index + turn) % targets.length], agent);
  }
}

/** As many at once as the agent has connections; each of the others waits for one. */
async function takeTurn({ url }, agent) {
  const answers = await Promise.all(Array.from({ length: REQUESTS_A_TURN }, () => ask(url, {}, agent)));
  expect(
    answers.every(({ status }) => status === 200),
    'every answer is a page',
  );
}

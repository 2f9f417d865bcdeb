import { connect } from 'node:net';
import { expect } from './exchange.mjs';

/** Long enough to be measured, and so short that other work on the machine disturbs the turns of all targets alike. */
const REQUESTS_A_TURN = 400;
/** Turns that bring code to speed before anything is measured. */
const WARM_UP_TURNS = 25;

/**
 * The processor time in milliseconds that each target needs for a request, over so many turns, with all that it does between
 * them (what is sent later, what memory is freed). Targets take turns on connections that stay open. For differences of some
 * percent, which `alternate` cannot tell.
 */
export async function takeTurns(targets, { turns, connections }) {
  const opened = await Promise.all(targets.map((target) => open(target, connections)));
  await takeAll(opened, WARM_UP_TURNS);
  const before = await usages(targets);
  await takeAll(opened, turns);
  const after = await usages(targets);
  for (const connection of opened.flat()) connection.end();
  return targets.map((_, index) => (after[index] - before[index]) / (turns * REQUESTS_A_TURN));
}

async function usages(targets) {
  const all = await Promise.all(targets.map(({ server }) => server.call('usage')));
  return all.map(({ cpuMs }) => cpuMs);
}

async function takeAll(opened, turns) {
  for (let turn = 0; turn < turns; turn += 1) {
    // Each goes first, last and in the middle equally often.
    for (const index of opened.keys()) await takeTurn(opened[(index + turn) % opened.length]);
  }
}

function takeTurn(connections) {
  const each = REQUESTS_A_TURN / connections.length;
  return Promise.all(
    connections.map(async (connection) => {
      for (let count = 0; count < each; count += 1) await connection.ask();
    }),
  );
}

function open({ url }, count) {
  return Promise.all(Array.from({ length: count }, () => openConnection(new URL(url))));
}

/** Asks for the same page again and again, and knows by its length when an answer is complete. */
async function openConnection({ hostname, port, pathname, host }) {
  const socket = connect(Number(port), hostname);
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const request = `GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
  let onAnswer;
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = received.toString('latin1', 0, headEnd);
    if (received.length < headEnd + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(head)[1])) return;
    received = Buffer.alloc(0);
    onAnswer(head);
  });
  const ask = async () => {
    const answered = new Promise((resolve) => (onAnswer = resolve));
    socket.write(request);
    expect((await answered).startsWith('HTTP/1.1 200 '), 'every answer is a page');
  };
  return { ask, end: () => socket.destroy() };
}

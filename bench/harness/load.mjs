import autocannon from 'autocannon';
import { expect } from './exchange.mjs';
import { median } from './statistics.mjs';

/** A run of this length brings code and connections to speed. */
const WARM_UP_SECONDS = 1;

/**
 * Loads one server and answers its requests per second, its processor time for each, the share of one core that
 * it had, and the median latency. Throws when a single answer was not of the expected status.
 */
export async function load(target, { seconds, connections, workers }) {
  const before = await target.server.call('usage');
  const { result, latenciesMs } = await shoot(target, { seconds, connections, workers });
  const after = await target.server.call('usage');
  const expected = target.status ?? 200;
  const answered = result.statusCodeStats?.[expected]?.count ?? 0;
  const others = result['2xx'] + result.non2xx - answered + result.errors + result.timeouts;
  expect(answered > 0 && others === 0, `${target.name} answers ${expected} under load (${others} others)`);
  const tookMs = result.finish - result.start;
  const cpuMs = after.cpuMs - before.cpuMs;
  return {
    perSecond: (answered / tookMs) * 1000,
    cpuMs: cpuMs / answered,
    busy: cpuMs / tookMs,
    p50Ms: latenciesMs.length > 0 ? median(latenciesMs) : null,
  };
}

/** Rounds A B A B …, after a warm-up of each side: for each target its measurements in order. */
export async function alternate(targets, { rounds, seconds, ...style }) {
  for (const target of targets) await load(target, { ...style, seconds: WARM_UP_SECONDS });
  const measured = targets.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, target] of targets.entries()) {
      measured[index].push(await load(target, { ...style, seconds }));
    }
  }
  return measured;
}

/**
 * A target with an `amount` gets so many requests however long they take: in a short time a slow server would
 * leave most of its work unfinished. With workers autocannon tells no single latencies, only histograms in
 * whole milliseconds.
 */
async function shoot({ url, headers, path, amount }, { seconds, connections, workers }) {
  const latenciesMs = [];
  const varied = path && { requests: [{ setupRequest: (request) => ({ ...request, path: path() }) }] };
  const run = autocannon({ url, headers, ...varied, connections, workers, duration: seconds, amount });
  run.on('response', (...[, , , tookMs]) => latenciesMs.push(tookMs));
  return { result: await run, latenciesMs };
}

/** Rows that compare two servers' rounds: what is asked of both, and what each needs for it. */
export function compareLoads(label, ours, theirs) {
  const values = (rounds, key) => rounds.map((round) => round[key]);
  const row = (unit, key, better) => ({
    label,
    unit,
    better,
    ours: values(ours, key),
    theirs: values(theirs, key),
  });
  const speed = { ...row('requests/s', 'perSecond', 'higher'), idle: idleSides(ours, theirs) };
  const rows = [speed, row('processor ms/request', 'cpuMs', 'lower')];
  if (ours[0].p50Ms !== null && theirs[0].p50Ms !== null) rows.push(row('ms, p50 latency', 'p50Ms', 'lower'));
  return rows;
}

/** A server that had much less than a core to do was held up by something else: its figure is not its own. */
const BUSY = 0.85;

function idleSides(ours, theirs) {
  const isIdle = (rounds) => median(rounds.map(({ busy }) => busy)) < BUSY;
  return [isIdle(ours) && 'the gateway', isIdle(theirs) && 'the other side'].filter(Boolean);
}

import { availableParallelism, cpus, loadavg } from 'node:os';
import { median, summarise } from './statistics.mjs';

/** Ratios of rounds that lie farther apart than this share of their median are marked. */
const WIDE = 0.25;
/** A machine that does this much already leaves no core for each process. */
const BUSY_LOAD = 1;

/** What the figures were measured on. */
export function printMachine({ rounds, seconds }) {
  const [load] = loadavg();
  console.log(`${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}`);
  console.log(
    `${rounds} rounds, ${seconds} s a run under load; ratios are medians over rounds, with [min … max]`,
  );
  if (load > BUSY_LOAD)
    console.log(`! the machine has other work (load average ${load.toFixed(1)}): do not trust these figures`);
}

/** One case: each row as the ratio of the gateway to what it is compared with, and the medians of both. */
export function printCase({ name, title }, rows) {
  console.log(`\n${name}: ${title}\n`);
  const width = Math.max(...rows.map(({ label }) => label.length));
  for (const row of rows) printRow(row, width);
}

function printRow(row, width) {
  if (row.theirs === undefined) {
    console.log(`  ${row.label.padEnd(width)}  ${figure(median(row.ours)).padStart(6)} ${row.unit}`);
    return;
  }
  const { label, unit, better, ours, theirs } = row;
  const ratio = summarise(ours.map((value, round) => value / theirs[round]));
  const range = `[${figure(ratio.min)} … ${figure(ratio.max)}]`;
  const sides = `${figure(median(ours))} to ${figure(median(theirs))} ${unit}`;
  console.log(
    `  ${label.padEnd(width)}  ${figure(ratio.median).padStart(6)}  ${range.padEnd(17)}  ${sides}, ${better} is better`,
  );
  for (const warning of warningsOf(row, ratio)) console.log(`  ${''.padEnd(width)}  ! ${warning}`);
}

/** A row that mixes different situations lies wide by its nature. */
function warningsOf({ mixes, idle = [] }, { spread }) {
  const warnings = [];
  if (idle.length > 0) {
    warnings.push(
      `not at the limit of ${idle.join(' and ')} (less than a core at work): go by the processor time`,
    );
  }
  if (spread > WIDE && mixes !== true)
    warnings.push(`the rounds scatter by ${Math.round(spread * 100)} % of the median`);
  return warnings;
}

/** Three digits that count, without an exponent. */
function figure(value) {
  if (value >= 100) return value.toFixed(0);
  return value.toPrecision(3);
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDeepStrictEqual } from 'node:util';
import type { PreviousRead, ReadFeed } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { CbrSettings } from '@/simulator/settings.js';
import { decodeSegment, encodeSegment } from '@/snapshots/content/segments.js';
import { everyPair } from '../support/combinations.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { feedOf, readContext, startReaders, type Readers } from '../support/readers.js';
import { NOW_MS } from './provider-setups.js';
import { tokenSource } from './reading.js';

const NONE = { cssClusters: 0, cssRowsPerCluster: 0, cceClusters: 0, cceRowsPerCluster: 0, ocpTenants: 0 };
const ROWS = 1200;
/** Each turn lets the simulated project live on. */
const TURN_MS = 15_000;
const TURNS = 2;
const SETTINGS = everyPair({
  order: ['newest-first', 'oldest-first', 'shuffled'],
  count: ['total', 'page'],
  timeFilter: ['created_at', 'started_at', 'none'],
  times: ['offset', 'zulu'],
  cap: [null, 100],
} as const);
/** A whole read a turn for each setting, and some machines are slow. */
const LONGEST_MS = 120_000;

interface Measured {
  readonly read: ReadFeed;
  readonly calls: number;
}

describe('incremental reading of huawei-cbr', () => {
  let nowMs = NOW_MS;
  let simulator: Simulator;
  let readers: Readers;
  let source: SourceConfig;

  beforeAll(async () => {
    simulator = await startSimulator({
      fleet: { ...NONE, cbrRows: ROWS },
      clock: () => nowMs,
      ocp: { rateLimit: null },
    });
    readers = await startReaders(() => nowMs);
    source = tokenSource(simulator, 'huawei-cbr');
  }, LONGEST_MS);

  afterAll(async () => {
    await readers.close();
    await simulator.stop();
  });

  /** Each read connects anew, as another replica does. */
  async function measure(previous: PreviousRead | null): Promise<Measured> {
    simulator.calls.reset();
    const context = readContext({ previous });
    const read = await readers.open(source).readFeed(feedOf(source, 'operation-logs'), context);
    if (read.outcome === 'failed') throw new Error(read.failure.reason);
    return { read, calls: simulator.calls.count('cbr') };
  }

  async function liveOn(settings: Partial<CbrSettings>): Promise<{ whole: number[]; byNews: number[] }> {
    Object.assign(simulator.settings.cbr, settings);
    const calls: { whole: number[]; byNews: number[] } = { whole: [], byNews: [] };
    let { read } = await measure(null);
    for (let turn = 0; turn < TURNS; turn++) {
      nowMs += TURN_MS;
      const byNews = await measure(await fromStore(read));
      const whole = await measure(null);
      expect(differences(byNews.read, whole.read)).toEqual([]);
      expect(byNews.read).toMatchObject({
        drift: whole.read.drift,
        coveredSince: whole.read.coveredSince,
        truncation: null,
      });
      calls.whole.push(whole.calls);
      calls.byNews.push(byNews.calls);
      ({ read } = byNews);
    }
    return calls;
  }

  it.each(SETTINGS)(
    'returns what a full read returns in fewer calls: $order, $count, $timeFilter, $times, $cap',
    async (settings) => {
      const { whole, byNews } = await liveOn(settings);
      const told = `${whole.join(' ')} calls, by what is new ${byNews.join(' ')}`;
      process.stdout.write(`huawei-cbr, ${JSON.stringify(settings)}: whole ${told}\n`);
      const [most, fewest] = [Math.max(...byNews), Math.min(...whole)];
      if (settings.timeFilter === 'none') expect(most).toBeLessThanOrEqual(fewest + 3);
      // Without a cap the whole is three calls.
      else expect(most).toBeLessThan(settings.cap === null ? fewest : fewest / 3);
    },
    LONGEST_MS,
  );
});

/** A read as another replica takes it over. */
async function fromStore({ rows, ...head }: ReadFeed): Promise<PreviousRead> {
  const stored = [];
  for (let from = 0; from < rows.length; from += 1_000) {
    const segment = await encodeSegment(rows.slice(from, from + 1_000));
    stored.push(...((await decodeSegment(segment)) ?? []));
  }
  return { ...(JSON.parse(JSON.stringify(head)) as Omit<ReadFeed, 'rows'>), rows: stored };
}

/** The tasks that one read has and the other has not, or in another form. */
function differences(one: ReadFeed, other: ReadFeed): string[] {
  const [a, b] = [one, other].map(({ rows }) => new Map(rows.map((row) => [row.task.id, row])));
  const ids = new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])]);
  return [...ids].filter((id) => !isDeepStrictEqual(a?.get(id), b?.get(id)));
}

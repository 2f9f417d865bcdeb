import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedRead, ReadFeed } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { formatTime } from '@/model/time.js';
import type { SimulatorSettings } from '@/simulator/settings.js';
import { EXHAUSTIVE, everyPair, someCombinations, type Choices } from '../support/combinations.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { feedOf, readContext, sourceOf, startReaders, type Readers } from '../support/readers.js';
import { setupOf, NOW_MS, type ProviderSetup, type Expected, type Stock } from './provider-setups.js';

/** A simulator with one empty feed of a provider, and the provider connected to it. */
export interface Workplace {
  readonly simulator: Simulator;
  readonly readers: Readers;
  readonly stock: Stock;
  readonly source: SourceConfig;
  /**
   * Sets the upstream's settings and connects anew, so that nothing learned is left. Stops a read that makes more
   * calls than it may, as one that never ends.
   */
  readonly read: (settings: object, mostCalls?: number) => Promise<Measured>;
  readonly close: () => Promise<void>;
}

export interface Measured {
  readonly result: FeedRead;
  readonly calls: number;
}

export async function openWorkplace(provider: string): Promise<Workplace> {
  const setup = setupOf(provider);
  const clock = (): number => NOW_MS;
  const simulator = await startSimulator({ fleet: 'empty', clock, ocp: { rateLimit: null } });
  const readers = await startReaders(clock);
  const stock = setup.stock(simulator);
  const source = tokenSource(simulator, provider);
  return {
    simulator,
    readers,
    stock,
    source,
    read: async (settings, mostCalls = Number.POSITIVE_INFINITY) => {
      Object.assign(simulator.settings[setup.upstream], settings);
      simulator.calls.reset();
      const stop = new AbortController();
      let begun = 0;
      const onCall = (): void => {
        begun += 1;
        if (begun > mostCalls) stop.abort();
      };
      const context = readContext({ signal: stop.signal, onCall });
      const result = await readers.open(source).readFeed(feedOf(source, stock.feedKey), context);
      if (begun > mostCalls) throw new Error(`the read makes more than ${mostCalls} calls`);
      return { result, calls: simulator.calls.count(setup.upstream) };
    },
    close: async () => {
      await readers.close();
      await simulator.stop();
    },
  };
}

/** The demo's source with the log-in that costs least. */
export function tokenSource(simulator: Pick<Simulator, 'urls'>, provider: string): SourceConfig {
  const source = sourceOf(simulator, provider);
  return source.credentials.type === 'basic'
    ? source
    : { ...source, credentials: { type: 'token', token: 'example-token' } };
}

/** The read as it must be, told from any other so that a failing test shows all of it. */
export function rowsOf(result: FeedRead): ReadFeed['rows'] {
  if (result.outcome === 'failed') throw new Error(`the read failed: ${result.failure.reason}`);
  return result.rows;
}

type Group = ProviderSetup['upstream'];
/** Hundreds of reads take seconds, but some machines are slow. */
const LONGEST_MS = EXHAUSTIVE ? 1_800_000 : 120_000;
const SMALL = [0, 1, 10];
const LARGE = EXHAUSTIVE ? [999, 1000, 1001, 5000] : [999, 1000, 1001];
/** So many combinations by chance are tried on small feeds besides every pair. */
const BY_CHANCE = 60;

/** What feeds of either kind of size are read under: every pair of settings and sizes, or every combination on demand. */
export interface Space<G extends Group> {
  readonly small: Choices<Partial<SimulatorSettings[G]>>;
  readonly large: Choices<Partial<SimulatorSettings[G]>>;
}

/** Every row exactly once, whatever the settings and the size. */
export function describeReading<G extends Group>(provider: string, space: Space<G>): void {
  const setup = setupOf(provider);
  const cases = [
    ...someCombinations({ ...space.small, rows: SMALL }, BY_CHANCE),
    ...someCombinations({ ...space.large, rows: LARGE }),
  ];
  let place: Workplace;
  let calls = 0;

  beforeAll(async () => {
    place = await openWorkplace(provider);
  });

  afterAll(async () => {
    await place.close();
    process.stdout.write(`${provider}: ${cases.length} reads, ${calls} calls\n`);
  });

  async function expectWholeRead(settings: object, expected: readonly Expected[]): Promise<void> {
    const measured = await place.read(settings, mostCalls(settings, expected.length));
    calls += measured.calls;
    const found = describeRead(measured, setup);
    const wanted = wantedOf(expected, setup.resolutionMs(place.simulator.settings));
    try {
      expect(found).toEqual(wanted);
    } catch (error) {
      throw new Error(`with ${JSON.stringify(settings)} and ${expected.length} rows`, { cause: error });
    }
  }

  describe(`reading ${provider}`, () => {
    it.each([...SMALL, ...LARGE])(
      'brings each of %i rows exactly once under all kinds of settings',
      async (size) => {
        place.stock.fill(size);
        const expected = place.stock.expected();
        for (const { rows, ...settings } of cases)
          if (rows === size) await expectWholeRead(settings, expected);
      },
      LONGEST_MS,
    );

    it(
      'names a task the same under all settings',
      async () => {
        place.stock.fill(30);
        const [reference, ...others] = everyPair(space.small);
        const ids = await idsUnder(place, reference ?? {});
        for (const settings of others) expect(await idsUnder(place, settings)).toEqual(ids);
      },
      LONGEST_MS,
    );
  });
}

async function idsUnder(place: Workplace, settings: object): Promise<string[]> {
  const { result } = await place.read(settings);
  return rowsOf(result)
    .map(({ task }) => task.id)
    .sort();
}

function describeRead({ result }: Measured, setup: ProviderSetup): object {
  if (result.outcome === 'failed') return result;
  const { rows, truncation, drift } = result;
  const tasks = rows.map(({ task }) => `${setup.keyOf(task)} created ${task.createTime ?? 'at no time'}`);
  const ids = new Set(rows.map(({ task }) => task.id));
  return { tasks: tasks.sort(), ids: ids.size, truncation, drift };
}

function wantedOf(expected: readonly Expected[], resolutionMs: number): object {
  const tasks = expected.map(({ key, createdMs }) => {
    const toldMs = Math.floor(createdMs / resolutionMs) * resolutionMs;
    return `${key} created ${formatTime(toldMs)}`;
  });
  return { tasks: tasks.sort(), ids: expected.length, truncation: null, drift: {} };
}

/** Far more than a careful reader needs, far less than an endless one makes. */
export function mostCalls(settings: { cap?: number | null }, rows: number): number {
  const page = Math.min(settings.cap ?? 1000, 1000);
  return 20 + 4 * Math.ceil(rows / Math.max(1, page - 1));
}

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReadContext, SourceReader } from '@/model/provider.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import type { LoggedCall } from '@/simulator/call-log.js';
import type { UpstreamName } from '@/simulator/settings.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { feedOf, readContext, sourceOf, startReaders, type Readers } from '../support/readers.js';
import { setupOf, NOW_MS } from './provider-setups.js';
import { tokenSource } from './reading.js';

const ABORTED = {
  outcome: 'failed',
  failure: expect.objectContaining({ reason: 'TIMEOUT', retryAfterMs: null }),
};
/** Far below the timeout of a call, which is a minute here. */
const PROMPT_MS = 5000;

let simulator: Simulator;
let readers: Readers;
let stop: AbortController;
let context: ReadContext;

beforeEach(async () => {
  const clock = (): number => NOW_MS;
  simulator = await startSimulator({ fleet: 'empty', clock });
  readers = await startReaders(clock);
  stop = new AbortController();
  context = readContext({ signal: stop.signal });
});

afterEach(async () => {
  await readers.close();
  await simulator.stop();
});

/** Resolves when a call has come in. */
function arrival(upstream: UpstreamName): Promise<void> {
  return new Promise((resolve) => {
    const begin = simulator.calls.begin.bind(simulator.calls);
    simulator.calls.begin = (call) => {
      begin(call);
      if (call.upstream === upstream) resolve();
    };
  });
}

/** Resolves with the first call whose connection is done with, answered or not. */
function departure(): Promise<LoggedCall> {
  return new Promise((resolve) => {
    const end = simulator.calls.end.bind(simulator.calls);
    simulator.calls.end = (call) => {
      end(call);
      resolve(call);
    };
  });
}

function open(id: string, changes: object = {}): { reader: SourceReader; feed: ReturnType<typeof feedOf> } {
  const setup = setupOf(id);
  const stock = setup.stock(simulator);
  stock.fill(60);
  const source = { ...tokenSource(simulator, id), clusters: null, timeoutMs: 60_000, ...changes };
  return { reader: readers.open(source), feed: feedOf(source, stock.feedKey) };
}

describe.each(PROVIDER_SETTINGS)('an aborted read of $id', ({ id, hasClusters }) => {
  const { upstream } = setupOf(id);

  it('aborts a call that hangs, closes its connection and makes no other', async () => {
    const { reader, feed } = open(id);
    await simulator.setFault(upstream, 'hang');
    const arrived = arrival(upstream);
    const gone = departure();
    const read = reader.readFeed(feed, context);
    await arrived;
    const sinceMs = performance.now();
    stop.abort();
    expect(await read).toEqual(ABORTED);
    expect(performance.now() - sinceMs).toBeLessThan(PROMPT_MS);
    expect(await gone).toMatchObject({ upstream, status: null });
    expect(simulator.calls.count()).toBe(1);
  });

  it('makes no call when it is aborted before it begins', async () => {
    const { reader, feed } = open(id);
    stop.abort();
    expect(await reader.readFeed(feed, context)).toEqual(ABORTED);
    expect(simulator.calls.count()).toBe(0);
  });

  it('makes no further call once it is aborted between two pages', async () => {
    const { reader, feed } = open(id);
    Object.assign(simulator.settings[upstream], { cap: 10 });
    const made = upstream === 'cce' ? 0 : 2;
    const onCall = (): void => {
      if (simulator.calls.count() === made) stop.abort();
    };
    expect(await reader.readFeed(feed, { ...context, onCall })).toEqual(ABORTED);
    // Whatever the aborted read had sent would come in before the end of another one.
    let others = 0;
    const counted = readContext({ onCall: () => (others += 1) });
    expect(await reader.readFeed(feed, counted)).toMatchObject({ outcome: 'read', truncation: null });
    expect(simulator.calls.count()).toBe(made + others);
  });

  it('does not wait for its turn behind other calls', async () => {
    const { reader, feed } = open(id, { concurrency: 1 });
    await simulator.setFault(upstream, 'hang');
    const arrived = arrival(upstream);
    const first = new AbortController();
    const blocking = reader.readFeed(feed, readContext({ signal: first.signal }));
    await arrived;
    const queued = reader.readFeed(feed, context);
    stop.abort();
    expect(await queued).toEqual(ABORTED);
    expect(simulator.calls.count()).toBe(1);
    first.abort();
    expect(await blocking).toEqual(ABORTED);
  });

  it('does not wait for the next window of an exhausted rate', async () => {
    const { reader, feed } = open(id, { rate: { calls: 1, perMs: 3_600_000 } });
    await simulator.setFault(upstream, 'error-500');
    await reader.readFeed(feed, readContext());
    const waiting = reader.readFeed(feed, context);
    stop.abort();
    expect(await waiting).toEqual(ABORTED);
    expect(simulator.calls.count()).toBe(1);
  });

  if (hasClusters) {
    it('aborts a listing of clusters that hangs', async () => {
      const { reader } = open(id);
      await simulator.setFault(upstream, { kind: 'hang', only: 'clusters' });
      const arrived = arrival(upstream);
      const gone = departure();
      const listing = reader.listFeeds(context);
      await arrived;
      stop.abort();
      expect(await listing).toEqual(ABORTED);
      expect(await gone).toMatchObject({ upstream, feed: 'clusters', status: null });
    });
  }
});

describe('a read aborted while IAM hangs', () => {
  it.each(PROVIDER_SETTINGS.filter(({ credentials }) => credentials.some(({ type }) => type === 'password')))(
    'ends for $id without a call to the service',
    async ({ id }) => {
      const { credentials } = sourceOf(simulator, 'huawei-cbr');
      const { reader, feed } = open(id, { credentials });
      await simulator.setFault('iam', 'hang');
      const arrived = arrival('iam');
      const read = reader.readFeed(feed, context);
      await arrived;
      stop.abort();
      expect(await read).toEqual(ABORTED);
      expect(simulator.calls.count(setupOf(id).upstream)).toBe(0);
    },
  );
});

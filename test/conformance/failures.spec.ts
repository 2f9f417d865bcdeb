import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FailureReason } from '@/model/failure.js';
import type { FeedListing, FeedRead } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { CANARIES } from '@/simulator/canaries.js';
import type { FaultKind } from '@/simulator/faults/fault.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { feedOf, readContext, sourceOf, startReaders, type Readers } from '../support/readers.js';
import { startSilent, startPlainText, startUntrusted, UNRESOLVABLE_URL } from './unreachable.js';
import { setupOf, NOW_MS, type Stock } from './provider-setups.js';
import { tokenSource } from './reading.js';

/** What section 3 of the contract calls each thing that can go wrong. */
const REASONS = {
  hang: 'TIMEOUT',
  'error-500': 'UPSTREAM_ERROR',
  'bad-gateway-html': 'UPSTREAM_ERROR',
  throttle: 'THROTTLED',
  unauthorized: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  'not-found': 'NOT_FOUND',
  html: 'MALFORMED',
  'cut-json': 'MALFORMED',
  'wrong-shape': 'MALFORMED',
  reset: 'UNREACHABLE',
  refuse: 'UNREACHABLE',
} as const satisfies Readonly<Partial<Record<FaultKind, FailureReason>>>;
type FailingKind = keyof typeof REASONS;
const FAILING_KINDS = Object.keys(REASONS) as readonly FailingKind[];

/** A call that hangs is given up after this. */
const TIMEOUT_MS = 300;
/** All others are answered long before this. */
const AMPLE_MS = 20_000;

let simulator: Simulator;
let readers: Readers;
const servers: Server[] = [];

beforeEach(async () => {
  const clock = (): number => NOW_MS;
  simulator = await startSimulator({ fleet: 'empty', clock, ocp: { rateLimit: null } });
  readers = await startReaders(clock);
});

afterEach(async () => {
  await readers.close();
  await simulator.stop();
  for (const server of servers.splice(0)) server.close();
});

function failed(reason: FailureReason, retryAfterMs: number | null = null): object {
  return { outcome: 'failed', failure: expect.objectContaining({ reason, retryAfterMs }) };
}

interface FaultScenario {
  readonly source: SourceConfig;
  readonly stock: Stock;
  readonly read: (onCall?: () => void) => Promise<FeedRead>;
  readonly list: () => Promise<FeedListing>;
}

/** A feed of some rows, and its source. */
function scenarioOf(provider: string, changes: Partial<SourceConfig> = {}, count = 25): FaultScenario {
  const stock = setupOf(provider).stock(simulator);
  stock.fill(count);
  const source = { ...tokenSource(simulator, provider), clusters: null, timeoutMs: AMPLE_MS, ...changes };
  const reader = readers.open(source);
  return {
    source,
    stock,
    read: (onCall = () => undefined) =>
      reader.readFeed(feedOf(source, stock.feedKey), readContext({ onCall })),
    list: () => reader.listFeeds(readContext()),
  };
}

/** Nothing that the upstream wrote, no address and no credential. */
function expectNoTelltales(result: unknown, source: SourceConfig): void {
  const text = JSON.stringify(result);
  const secrets = Object.entries(source.credentials).flatMap(([name, value]: [string, unknown]) =>
    name !== 'type' && typeof value === 'string' ? [value] : [],
  );
  for (const tell of [...CANARIES, ...secrets, '127.0.0.1']) expect(text).not.toContain(tell);
}

const timeoutFor = (kind: FailingKind): Partial<SourceConfig> => ({
  timeoutMs: kind === 'hang' ? TIMEOUT_MS : AMPLE_MS,
});

const CASES = PROVIDER_SETTINGS.flatMap(({ id }) => FAILING_KINDS.map((kind) => ({ id, kind })));
const WITH_CLUSTERS = PROVIDER_SETTINGS.filter(({ hasClusters }) => hasClusters);

describe('a failing upstream', () => {
  it.each(CASES)(
    'fails the read of $id with the reason of $kind, and is read again when $kind ends',
    async ({ id, kind }) => {
      const { read, source, stock } = scenarioOf(id, timeoutFor(kind));
      await simulator.setFault(setupOf(id).upstream, kind);
      const result = await read();
      expect(result).toEqual(failed(REASONS[kind]));
      expectNoTelltales(result, source);
      await simulator.setFault(setupOf(id).upstream, null);
      // A refused credential rests for a while, so that it is not locked.
      expect(await read()).toMatchObject(
        kind === 'unauthorized'
          ? failed('UNAUTHORIZED', 2000)
          : { outcome: 'read', rows: { length: stock.expected().length } },
      );
    },
  );

  it.each(CASES.filter(({ id }) => WITH_CLUSTERS.some((settings) => settings.id === id)))(
    'fails the listing of clusters of $id with the reason of $kind',
    async ({ id, kind }) => {
      const { list, source } = scenarioOf(id, timeoutFor(kind));
      const { upstream } = setupOf(id);
      await simulator.setFault(upstream, kind === 'refuse' ? kind : { kind, only: 'clusters' });
      const result = await list();
      expect(result).toEqual(failed(REASONS[kind]));
      expectNoTelltales(result, source);
    },
  );

  it.each(CASES.filter(({ id, kind }) => setupOf(id).upstream !== 'cce' && kind !== 'refuse'))(
    'fails the whole read of $id when $kind comes on a later page',
    async ({ id, kind }) => {
      const { upstream } = setupOf(id);
      Object.assign(simulator.settings[upstream], { cap: 10 });
      const { read, source } = scenarioOf(id, timeoutFor(kind));
      let calls = 0;
      const result = await read(() => {
        calls += 1;
        if (calls === 2) simulator.settings.faults[upstream] = kind;
      });
      expect(result).toEqual(failed(REASONS[kind]));
      expectNoTelltales(result, source);
    },
  );

  it.each(PROVIDER_SETTINGS)('states to $id how long to wait', async ({ id }) => {
    const { read } = scenarioOf(id);
    await simulator.setFault(setupOf(id).upstream, { kind: 'throttle', retryAfterSeconds: 7 });
    expect(await read()).toEqual(failed('THROTTLED', 7000));
  });

  it.each(PROVIDER_SETTINGS)(
    'that throttles is distinguished from one that fails, by $id',
    async ({ id }) => {
      const { read } = scenarioOf(id);
      simulator.settings[setupOf(id).upstream].rateLimit = { calls: 0, perMs: 60_000 };
      // OCP tells the end of its window without being asked.
      expect(await read()).toEqual(failed('THROTTLED', id === 'oceanbase-ocp' ? 60_000 : null));
    },
  );
});

describe('an upstream that is not reachable', () => {
  it.each(PROVIDER_SETTINGS)('fails the read of $id where its name does not resolve', async ({ id }) => {
    const { read, source } = scenarioOf(id, { endpoint: UNRESOLVABLE_URL });
    const result = await read();
    expect(result).toEqual(failed('UNREACHABLE'));
    expectNoTelltales(result, source);
  });

  it.each([
    // What could not be reached is tried twice more; what hung has used its time.
    ['a certificate that nobody trusts', startUntrusted, 'UNREACHABLE', 3],
    ['plain text in place of a handshake', startPlainText, 'UNREACHABLE', 3],
    ['silence in place of a handshake', startSilent, 'TIMEOUT', 1],
  ] as const)('fails the read of every provider where it has %s', async (...[, start, reason, tries]) => {
    const stranger = await start();
    for (const [index, { id }] of PROVIDER_SETTINGS.entries()) {
      const timeoutMs = reason === 'TIMEOUT' ? TIMEOUT_MS : AMPLE_MS;
      const { read, source } = scenarioOf(id, { endpoint: stranger.url, timeoutMs });
      const result = await read();
      expect(result).toEqual(failed(reason));
      expect(stranger.connections()).toBe((index + 1) * tries);
      expectNoTelltales(result, source);
    }
    await stranger.stop();
  });
});

describe('OCP that reports failures with HTTP 200', () => {
  it.each(['error-500', 'throttle', 'unauthorized', 'forbidden', 'not-found'] as const)(
    'fails the read with the reason of %s',
    async (kind) => {
      simulator.settings.ocp.failures = 'ok';
      const { read, source } = scenarioOf('oceanbase-ocp');
      await simulator.setFault('ocp', kind);
      const result = await read();
      expect(result).toEqual(failed(REASONS[kind]));
      expectNoTelltales(result, source);
    },
  );
});

describe('a cluster that the upstream does not know', () => {
  it.each(WITH_CLUSTERS)('is NOT_FOUND, by $id', async ({ id }) => {
    const { source } = scenarioOf(id);
    const unknown = feedOf(source, '4711');
    expect(await readers.open(source).readFeed(unknown, readContext())).toEqual(failed('NOT_FOUND'));
  });
});

/** An upstream that answers everything alike; for words that no simulated service speaks. */
async function answerAlways(status: number, body: object): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('an error code that says more than its status', () => {
  it.each([
    // 429 has two meanings at CCE: too many calls, and a cluster held by another request.
    ['huawei-cce', 429, { errorCode: 'CCE.02429001', errorMessage: 'throttled' }, 'THROTTLED'],
    ['huawei-cce', 429, { errorCode: 'CCE.01429002', errorMessage: 'locked' }, 'UPSTREAM_ERROR'],
    ['huawei-cce', 429, { error_code: 'APIGW.0308', error_msg: 'throttled' }, 'THROTTLED'],
    ['huawei-css', 403, { errCode: 'CSS.0015', externalMessage: 'gone' }, 'NOT_FOUND'],
    ['huawei-css', 400, { errCode: 'CSS.0047', externalMessage: 'gone' }, 'NOT_FOUND'],
    ['huawei-css', 403, { errCode: 'CSS.0010', externalMessage: 'no right' }, 'FORBIDDEN'],
    ['huawei-cbr', 403, { error_code: 'APIG.0301', error_msg: 'signature' }, 'UNAUTHORIZED'],
    ['huawei-cbr', 404, { error_code: 'BackupService.6500', error_msg: 'none' }, 'NOT_FOUND'],
    ['huawei-cbr', 400, { error_code: 'BackupService.9900', error_msg: 'check' }, 'UPSTREAM_ERROR'],
    ['oceanbase-ocp', 200, { successful: false, status: 403, error: { code: 30014 } }, 'FORBIDDEN'],
    ['oceanbase-ocp', 200, { successful: false, error: { code: 10002 } }, 'NOT_FOUND'],
    ['oceanbase-ocp', 200, { successful: false, error: { code: 10011 } }, 'UPSTREAM_ERROR'],
  ] as const)('%s: %i %j is %s', async (...[id, status, body, reason]) => {
    const { source, stock } = scenarioOf(id);
    const reader = readers.open({ ...source, endpoint: await answerAlways(status, body) });
    expect(await reader.readFeed(feedOf(source, stock.feedKey), readContext())).toEqual(failed(reason));
  });
});

describe('IAM that fails', () => {
  const HUAWEI = PROVIDER_SETTINGS.filter(({ credentials }) =>
    credentials.some(({ type }) => type === 'password'),
  );
  const LOGIN_REASONS: Readonly<Partial<Record<FailingKind, FailureReason>>> = {
    ...REASONS,
    // That IAM does not know something says nothing about the feed.
    'not-found': 'UPSTREAM_ERROR',
  };
  // What IAM tells beside the token is not needed, so a cut body costs nothing.
  const kinds = FAILING_KINDS.filter((kind) => kind !== 'cut-json' && kind !== 'hang');
  const cases = HUAWEI.flatMap(({ id }) => kinds.map((kind) => ({ id, kind })));

  it.each(cases)('fails the read of $id with the reason of $kind', async ({ id, kind }) => {
    const { credentials } = sourceOf(simulator, 'huawei-cbr');
    const { read, source } = scenarioOf(id, { credentials });
    await simulator.setFault('iam', kind);
    const result = await read();
    expect(result).toEqual(failed(LOGIN_REASONS[kind] ?? 'UPSTREAM_ERROR'));
    expect(simulator.calls.count(setupOf(id).upstream)).toBe(0);
    expectNoTelltales(result, source);
  });
});

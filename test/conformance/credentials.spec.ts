import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeedRead, SourceReader } from '@/model/provider.js';
import type { Credentials, SourceConfig } from '@/model/source.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import type { LoggedCall } from '@/simulator/call-log.js';
import type { UpstreamName } from '@/simulator/settings.js';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { feedOf, readContext, sourceOf, startReaders, type Readers } from '../support/readers.js';
import { setupOf, NOW_MS, type Stock } from './provider-setups.js';

const HOUR_MS = 3_600_000;
const TEMPORARY_TOKEN = 'example-security-token';

let nowMs: number;
let simulator: Simulator;
let readers: Readers;

beforeEach(async () => {
  nowMs = NOW_MS;
  const clock = (): number => nowMs;
  simulator = await startSimulator({ fleet: 'empty', clock, ocp: { rateLimit: null } });
  readers = await startReaders(clock);
});

afterEach(async () => {
  await readers.close();
  await simulator.stop();
});

/** What the simulator's accounts accept, by the type of credentials. */
const HUAWEI: Readonly<Record<string, (iamEndpoint: string) => Credentials>> = {
  aksk: () => ({
    type: 'aksk',
    accessKey: 'EXAMPLEACCESSKEY0001',
    secretKey: 'ExampleSecretKeyForTestVectorsOnly000001',
    securityToken: null,
  }),
  'temporary aksk': () => ({
    type: 'aksk',
    accessKey: 'EXAMPLETEMPORARYKEY1',
    secretKey: 'ExampleTemporarySecretKey00000000000001',
    securityToken: TEMPORARY_TOKEN,
  }),
  token: () => ({ type: 'token', token: 'example-token' }),
  password: (iamEndpoint) => ({
    type: 'password',
    iamEndpoint,
    domain: 'acme',
    username: 'backup-reader',
    password: 'example-password',
  }),
};
const OCP: typeof HUAWEI = {
  basic: () => ({ type: 'basic', username: 'admin', password: 'example-password' }),
  aksk: () => ({
    type: 'aksk',
    accessKey: 'exampleOcpKey',
    secretKey: 'exampleOcpSecret',
    securityToken: null,
  }),
};

const CASES = PROVIDER_SETTINGS.flatMap((settings) => {
  const kinds = settings.id === 'oceanbase-ocp' ? OCP : HUAWEI;
  return Object.entries(kinds).map(([kind, make]) => ({ id: settings.id, settings, kind, make }));
});
const PASSWORD_CASES = CASES.filter(({ kind }) => kind === 'password');

function allowTemporaryKeys(): void {
  simulator.settings.accounts.accessKeys.push({
    accessKey: 'EXAMPLETEMPORARYKEY1',
    secretKey: 'ExampleTemporarySecretKey00000000000001',
    securityToken: TEMPORARY_TOKEN,
  });
}

interface FaultScenario {
  readonly source: SourceConfig;
  readonly stock: Stock;
  readonly reader: SourceReader;
  readonly read: () => Promise<FeedRead>;
}

function scenarioOf(id: string, credentials: Credentials, key?: string): FaultScenario {
  const stock = setupOf(id).stock(simulator, key === undefined ? undefined : { key, name: key });
  stock.fill(25);
  const source = { ...sourceOf(simulator, id), clusters: null, credentials };
  const reader = readers.open(source);
  return {
    source,
    stock,
    reader,
    read: () => reader.readFeed(feedOf(source, stock.feedKey), readContext()),
  };
}

function calls(upstream: UpstreamName): readonly LoggedCall[] {
  return simulator.calls.entries.filter((call) => call.upstream === upstream);
}

const WHOLE = { outcome: 'read', truncation: null, rows: { length: 25 } };

describe('the suite', () => {
  it('tries every type of credentials that a provider allows', () => {
    for (const { id, credentials } of PROVIDER_SETTINGS) {
      const tried = CASES.filter((each) => each.id === id).map(({ make }) => make('').type);
      expect([...new Set(tried)].sort()).toEqual(credentials.map(({ type }) => type).sort());
    }
  });
});

describe('right credentials', () => {
  beforeEach(allowTemporaryKeys);

  it.each(CASES)('of type $kind are accepted by $id', async ({ id, make }) => {
    const { read } = scenarioOf(id, make(simulator.urls.iam));
    expect(await read()).toMatchObject(WHOLE);
  });

  it.each(CASES)(
    'of type $kind are accepted for every page and the clusters of $id',
    async ({ id, make, settings }) => {
      const { upstream } = setupOf(id);
      Object.assign(simulator.settings[upstream], { cap: 10 });
      const { read, reader } = scenarioOf(id, make(simulator.urls.iam));
      expect(await read()).toMatchObject(WHOLE);
      const listing = await reader.listFeeds(readContext());
      expect(listing).toMatchObject({ outcome: 'listed', feeds: { length: 1 } });
      expect(calls(upstream).every(({ status }) => status === 200)).toBe(true);
      expect(calls(upstream).some(({ feed }) => feed === 'clusters')).toBe(settings.hasClusters);
    },
  );

  it.each(CASES.filter(({ id }) => id === 'huawei-css' || id === 'huawei-cce'))(
    'of type $kind are accepted for a cluster of $id whose id must be escaped',
    async ({ id, make }) => {
      const { read } = scenarioOf(id, make(simulator.urls.iam), "a b/c+d%2F&ü'(*)!~");
      expect(await read()).toMatchObject(WHOLE);
    },
  );

  it.each(CASES)('of type $kind are still accepted by $id a year later', async ({ id, make }) => {
    const { read, stock } = scenarioOf(id, make(simulator.urls.iam));
    await read();
    nowMs += 365 * 24 * HOUR_MS;
    stock.fill(0);
    expect(await read()).toMatchObject({ outcome: 'read', rows: [] });
  });
});

describe('wrong credentials', () => {
  beforeEach(allowTemporaryKeys);

  it.each(CASES)('of type $kind are rejected by $id', async ({ id, make }) => {
    const { read } = scenarioOf(id, wrong(make(simulator.urls.iam)));
    expect(await read()).toEqual({
      outcome: 'failed',
      failure: expect.objectContaining({ reason: 'UNAUTHORIZED', retryAfterMs: null }),
    });
  });

  it('are temporary keys without their security token', async () => {
    const credentials = HUAWEI['temporary aksk']?.('') as Credentials & { type: 'aksk' };
    const { read } = scenarioOf('huawei-cbr', { ...credentials, securityToken: null });
    expect(await read()).toMatchObject({ outcome: 'failed', failure: { reason: 'UNAUTHORIZED' } });
  });
});

/** The same name with another secret, as a mistyped configuration has it. */
function wrong(credentials: Credentials): Credentials {
  const secret = { aksk: 'secretKey', token: 'token', password: 'password', basic: 'password' }[
    credentials.type
  ];
  return { ...credentials, [secret ?? '']: 'wrong' };
}

describe('a token of IAM', () => {
  it.each(PASSWORD_CASES)(
    'is used for all calls of $id until shortly before it expires',
    async ({ id, make }) => {
      const { read } = scenarioOf(id, make(simulator.urls.iam));
      for (let hour = 0; hour < 23; hour++) {
        expect(await read()).toMatchObject({ outcome: 'read' });
        nowMs += HOUR_MS;
      }
      expect(simulator.calls.count('iam')).toBe(1);
      nowMs += HOUR_MS;
      expect(await read()).toMatchObject({ outcome: 'read' });
      expect(simulator.calls.count('iam')).toBe(2);
    },
  );

  it.each(PASSWORD_CASES)('is renewed once when $id rejects it early', async ({ id, make }) => {
    const { upstream } = setupOf(id);
    const { read } = scenarioOf(id, make(simulator.urls.iam));
    await read();
    simulator.revokeTokens();
    simulator.calls.reset();
    expect(await read()).toMatchObject(WHOLE);
    expect(simulator.calls.count('iam')).toBe(1);
    expect(calls(upstream).filter(({ status }) => status === 401)).toHaveLength(1);
  });

  it.each(PASSWORD_CASES)('that $id rejects again is not renewed a second time', async ({ id, make }) => {
    const { upstream } = setupOf(id);
    const { read } = scenarioOf(id, make(simulator.urls.iam));
    await simulator.setFault(upstream, 'unauthorized');
    expect(await read()).toMatchObject({ outcome: 'failed', failure: { reason: 'UNAUTHORIZED' } });
    expect(simulator.calls.count('iam')).toBe(2);
    expect(simulator.calls.count(upstream)).toBe(2);
  });

  it.each(PASSWORD_CASES)('of 32 kB reaches $id', async ({ id, make }) => {
    simulator.settings.accounts.tokenLength = 32_000;
    const { read } = scenarioOf(id, make(simulator.urls.iam));
    expect(await read()).toMatchObject(WHOLE);
  });

  it('is shared by all sources of a project', async () => {
    const ids = PASSWORD_CASES.map(({ id }) => id);
    const make = HUAWEI.password as (iamEndpoint: string) => Credentials;
    const reads = ids.map((id) => scenarioOf(id, make(simulator.urls.iam)).read());
    for (const result of await Promise.all(reads)) expect(result).toMatchObject(WHOLE);
    expect(simulator.calls.count('iam')).toBe(1);
  });
});

/** Asks all readers at once, again and again: each half second of simulated time at first, each ten later. */
async function demandFor(ms: number, scenarios: readonly FaultScenario[]): Promise<void> {
  const sinceMs = nowMs;
  while (nowMs < sinceMs + ms) {
    await Promise.all(scenarios.map(({ read }) => read()));
    nowMs += nowMs < sinceMs + 60_000 ? 500 : 10_000;
  }
}

/** The most refusals within any hour. */
function mostRefusedAnHour(upstreams: readonly UpstreamName[]): number {
  const times = upstreams
    .flatMap((name) => calls(name))
    .filter(({ status }) => status === 401)
    .map(({ atMs }) => atMs)
    .sort((a, b) => a - b);
  const within = times.map((from) => times.filter((atMs) => atMs >= from && atMs < from + HOUR_MS).length);
  return Math.max(0, ...within);
}

describe('wrong credentials under constant demand for three hours', () => {
  beforeEach(allowTemporaryKeys);

  it.each(CASES)('of type $kind are tried at $id at most five times an hour', async ({ id, kind, make }) => {
    const { upstream } = setupOf(id);
    const scenario = scenarioOf(id, wrong(make(simulator.urls.iam)));
    await demandFor(3 * HOUR_MS, [scenario]);
    const asked = kind === 'password' ? 'iam' : upstream;
    expect(mostRefusedAnHour([asked])).toBeLessThanOrEqual(5);
    expect(simulator.calls.count(asked)).toBeGreaterThanOrEqual(4);
  });

  it.each(Object.entries(HUAWEI).map(([kind, make]) => ({ kind, make })))(
    'of type $kind are tried at most five times an hour by all Huawei sources together',
    async ({ make }) => {
      const ids = PASSWORD_CASES.map(({ id }) => id);
      const scenarios = ids.flatMap((id) => {
        const scenario = scenarioOf(id, wrong(make(simulator.urls.iam)));
        return [scenario, scenario, scenario];
      });
      await demandFor(3 * HOUR_MS, scenarios);
      expect(mostRefusedAnHour(['css', 'cbr', 'cce', 'iam'])).toBeLessThanOrEqual(5);
    },
  );

  it.each(CASES.filter(({ kind }) => kind !== 'token'))(
    'of type $kind lock no account at $id: once they are right, they work',
    async ({ id, make }) => {
      const scenario = scenarioOf(id, wrong(make(simulator.urls.iam)));
      await demandFor(HOUR_MS, [scenario]);
      changeSecrets();
      simulator.calls.reset();
      const endMs = nowMs + HOUR_MS + 60_000;
      while ((await scenario.read()).outcome === 'failed' && nowMs < endMs) nowMs += 10_000;
      expect(await scenario.read()).toMatchObject({ outcome: 'read' });
      expect(mostRefusedAnHour([setupOf(id).upstream, 'iam'])).toBe(0);
    },
  );
});

/** Every secret becomes the one that `wrong` gives. */
function changeSecrets(): void {
  const { accounts } = simulator.settings;
  for (const key of [...accounts.accessKeys, ...accounts.ocpAccessKeys]) key.secretKey = 'wrong';
  for (const user of [...accounts.users, ...accounts.ocpUsers]) user.password = 'wrong';
  accounts.tokens.splice(0);
  simulator.revokeTokens();
}

describe('credentials that were valid until their secret was changed', () => {
  beforeEach(allowTemporaryKeys);

  it.each(CASES)('of type $kind are tried at $id at most five times an hour', async ({ id, kind, make }) => {
    const scenario = scenarioOf(id, make(simulator.urls.iam));
    expect(await scenario.read()).toMatchObject(WHOLE);
    changeSecrets();
    await demandFor(3 * HOUR_MS, [scenario]);
    const asked = kind === 'password' ? 'iam' : setupOf(id).upstream;
    expect(mostRefusedAnHour([asked])).toBeLessThanOrEqual(5);
  });

  it('of type aksk are tried at most five times an hour by all Huawei sources together', async () => {
    const make = HUAWEI.aksk as (iamEndpoint: string) => Credentials;
    const scenarios = PASSWORD_CASES.map(({ id }) => scenarioOf(id, make(simulator.urls.iam)));
    for (const { read } of scenarios) expect(await read()).toMatchObject(WHOLE);
    changeSecrets();
    await demandFor(3 * HOUR_MS, scenarios);
    expect(mostRefusedAnHour(['css', 'cbr', 'cce'])).toBeLessThanOrEqual(5);
  });
});

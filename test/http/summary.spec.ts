import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invalidFields } from '../support/document.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask, type Answer } from '../support/http.js';
import { authWith, keyOf } from '../support/keys.js';
import { askAll, type SentProblem, type SentTask } from '../support/tasks.js';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const DAY_MS = 86_400_000;
const UPSTREAMS = ['css', 'cbr', 'cce', 'ocp'] as const;

interface SentGroup {
  readonly key: Readonly<Record<string, unknown>>;
  readonly bucket: { readonly start: string; readonly end: string; readonly complete: boolean } | null;
  readonly count: number;
  readonly withWarnings: number;
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  readonly durationSeconds: {
    readonly count: number;
    readonly median: number | null;
    readonly p95: number | null;
  };
}

interface SentSummary {
  readonly groups: readonly SentGroup[];
  readonly totalSize: number;
  readonly unreachable: readonly string[];
  readonly completeness: { readonly complete: boolean; readonly completeSince: string | null };
}

let simulator: Simulator;
let gateway: RunningGateway;
let everything: SentTask[];
/** How far the clock of the aging gateway is ahead of that of the simulator. */
let aheadMs = 0;

beforeAll(async () => {
  simulator = await startSimulator({
    clock: () => NOW,
    life: { rate: 0 },
    fleet: {
      ...{ cssClusters: 2, cssRowsPerCluster: 100, cbrRows: 300 },
      ...{ cceClusters: 2, cceRowsPerCluster: 20, ocpTenants: 5 },
    },
  });
  gateway = await startGateway(simulator, { clock: () => NOW });
  everything = await askAll(gateway.url);
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

const get = (query = '', headers: Record<string, string> = {}, at = gateway): Promise<Answer> =>
  ask(`${at.url}/v1/tasks/summary${query === '' ? '' : `?${query}`}`, headers);

/** A summary that must be there, and as documented. */
async function summary(query = '', headers: Record<string, string> = {}, at = gateway): Promise<SentSummary> {
  const answer = await get(query, headers, at);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text.slice(0, 500)}`);
  expect(invalidFields('summarizeTasks', answer)).toEqual([]);
  return answer.body as SentSummary;
}

const sumOf = (groups: readonly SentGroup[]): number => groups.reduce((sum, { count }) => sum + count, 0);

describe('a summary', () => {
  it('is one group without groupBy and bucket', async () => {
    const { groups, totalSize, unreachable, completeness } = await summary();
    const created = everything.flatMap(({ createTime }) => createTime ?? []).sort();
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({ key: {}, bucket: null, count: everything.length });
    expect(groups[0]).toMatchObject({ firstTime: created[0], lastTime: created.at(-1) });
    expect(groups[0]?.withWarnings).toBe(everything.filter(({ warnings }) => warnings.length > 0).length);
    expect({ totalSize, unreachable }).toEqual({ totalSize: everything.length, unreachable: [] });
    expect(completeness).toEqual({ complete: true, completeSince: '2026-10-22T00:00:00.000Z', problems: [] });
  });

  it.each(['status', 'provider', 'source', 'feed', 'type', 'trigger'] as const)(
    'counts by %s',
    async (field) => {
      const { groups } = await summary(`groupBy=${field}`);
      const expected = Map.groupBy(everything, (task) => task[field]);
      expect(new Map(groups.map(({ key, count }) => [key[field], count]))).toEqual(
        new Map([...expected].map(([value, tasks]) => [value, tasks.length])),
      );
      // No word is as late as this.
      const words = groups.map(({ key }) => (key[field] as string | null) ?? '\u{10ffff}');
      expect(words).toEqual(words.toSorted());
    },
  );

  it('has keys in the order of groupBy, and takes a field that is given twice as one', async () => {
    const { groups } = await summary('groupBy=source,status&groupBy=source');
    for (const { key } of groups) expect(Object.keys(key)).toEqual(['source', 'status']);
    expect(sumOf(groups)).toBe(everything.length);
  });

  it('counts by resource and cluster', async () => {
    const { groups } = await summary('groupBy=resource,cluster');
    expect(sumOf(groups)).toBe(everything.length);
    for (const { key, count } of groups) {
      const { source, id, type } = (key.resource ?? {}) as Partial<Record<string, string | null>>;
      const { id: clusterId } = (key.cluster ?? {}) as Partial<Record<string, string | null>>;
      const same = everything.filter(
        ({ source: of, resource, cluster }) =>
          (key.resource === null
            ? resource === null
            : of === source && resource?.id === id && resource?.type === type) && cluster?.id === clusterId,
      );
      if (id !== null) expect(count).toBe(same.length);
    }
  });

  it('takes every filter of the list', async () => {
    for (const query of [
      'status=FAILED',
      'provider=huawei-cbr&hasWarnings=true',
      'resourceName=a',
      'endedAfter=2026-11-10T00:00:00Z',
    ]) {
      const { body } = await ask(`${gateway.url}/v1/tasks?${query}`);
      expect((await summary(query)).totalSize).toBe((body as SentSummary).totalSize);
    }
  });

  it('counts by day in a time zone, and lists empty days where asked to', async () => {
    const query = 'provider=huawei-cbr&bucket=day&timeZone=europe/berlin';
    const { groups } = await summary(query);
    const days = groups.flatMap(({ bucket }) => bucket ?? []);
    expect(days.length).toBeGreaterThan(5);
    for (const { start } of days) expect(start).toMatch(/T2[23]:00:00\.000Z$/);
    for (const { bucket, count } of groups) {
      const within = everything.filter(
        ({ provider, createTime }) =>
          provider === 'huawei-cbr' &&
          createTime !== null &&
          bucket !== null &&
          createTime >= bucket.start &&
          createTime < bucket.end,
      );
      if (bucket !== null) expect(count).toBe(within.length);
    }
    const failed = await summary(`${query}&status=TIMED_OUT,FAILED&includeEmpty=true`);
    const starts = failed.groups.map(({ bucket }) => bucket?.start);
    const ends = failed.groups.map(({ bucket }) => bucket?.end);
    expect(starts.slice(1)).toEqual(ends.slice(0, -1));
    for (const { count, firstTime, durationSeconds } of failed.groups) {
      if (count === 0)
        expect([firstTime, durationSeconds]).toEqual([null, { count: 0, median: null, p95: null }]);
    }
  });

  it('puts tasks without the bucketing time into groups without a bucket, last', async () => {
    const { groups } = await summary('bucket=month&bucketBy=endTime&groupBy=status');
    const first = groups.findIndex(({ bucket }) => bucket === null);
    expect(sumOf(groups.slice(first))).toBe(everything.filter(({ endTime }) => endTime === null).length);
    expect(groups.slice(first).every(({ bucket, firstTime }) => bucket === null && firstTime === null)).toBe(
      true,
    );
  });

  it('is one empty group, or none, where nothing matches', async () => {
    const none = 'resourceName=nothing-is-called-this';
    expect((await summary(none)).groups).toMatchObject([
      { key: {}, bucket: null, count: 0, firstTime: null },
    ]);
    expect((await summary(`${none}&groupBy=status&bucket=day`)).groups).toEqual([]);
  });
});

describe('a bucket', () => {
  it('is complete from the start of what all feeds in scope cover', async () => {
    const { groups } = await summary('provider=huawei-cbr&bucket=day&includeEmpty=true');
    for (const { bucket } of groups) {
      if (bucket !== null) expect(bucket.complete).toBe(bucket.start >= '2026-10-22T00:00:00.000Z');
    }
    const weeks = await summary('bucket=week');
    const cut = weeks.groups.find(
      ({ bucket }) => bucket !== null && bucket.start < '2026-10-22' && bucket.end > '2026-10-22',
    );
    expect(cut?.bucket?.complete ?? false).toBe(false);
    const whole = await summary('provider=huawei-css&bucket=week');
    expect(whole.groups.every(({ bucket }) => bucket === null || bucket.complete)).toBe(true);
  });

  it('is not complete while a feed in scope is missing, and in other scopes it is', async () => {
    const lonely = await startGateway(simulator, { clock: () => NOW });
    await simulator.setFault('ocp', 'error-500');
    try {
      const partial = await get('bucket=day', {}, lonely);
      expect(partial.headers.get('cache-control')).toBe('no-store');
      const { groups, unreachable } = await summary('bucket=day', {}, lonely);
      expect(unreachable.length).toBeGreaterThan(0);
      expect(groups.some(({ bucket }) => bucket?.complete === true)).toBe(false);
      const css = await summary('bucket=day&provider=huawei-css', {}, lonely);
      expect(css.groups.every(({ bucket }) => bucket === null || bucket.complete)).toBe(true);
    } finally {
      await simulator.setFault('ocp', null);
      await lonely.stop();
    }
  });

  it('is complete up to the read of a stale feed only, and wholly for who accepts its age', async () => {
    const aging = await startGateway(simulator, { clock: () => NOW + aheadMs });
    try {
      const query = 'provider=huawei-css&bucket=day&includeEmpty=true';
      const fresh = await summary(query, {}, aging);
      expect(fresh.groups.every(({ bucket }) => bucket === null || bucket.complete)).toBe(true);
      aheadMs = DAY_MS / 4;
      for (const name of UPSTREAMS) await simulator.setFault(name, 'error-500');
      const stale = await summary(query, {}, aging);
      expect(stale.completeness.complete).toBe(false);
      for (const { bucket } of stale.groups) {
        if (bucket !== null) expect(bucket.complete).toBe(Date.parse(bucket.end) <= NOW);
      }
      const accepted = await summary(query, { 'cache-control': 'max-stale' }, aging);
      expect(accepted.groups).toEqual(fresh.groups);
      expect((await get(query, { prefer: 'handling=strict' }, aging)).body).toMatchObject({
        type: '/problems/incomplete-answer',
      });
    } finally {
      for (const name of UPSTREAMS) await simulator.setFault(name, null);
      await aging.stop();
    }
  });
});

describe('the request for a summary', () => {
  it('gets an ETag, a 304 and the headers of freshness', async () => {
    const first = await get('groupBy=status', { prefer: 'wait=5' });
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(first.headers.get('preference-applied')).toBe('wait=5');
    expect(first.headers.get('cache-status')).toMatch(/^tributary; hit/);
    const again = await get('groupBy=status', { 'if-none-match': etag });
    expect([again.status, again.text]).toEqual([304, '']);
    expect(invalidFields('summarizeTasks', again)).toEqual([]);
  });

  it('gets 504 for only-if-cached where nothing is', async () => {
    const cold = await startGateway(simulator, { clock: () => NOW });
    const { status, body } = await get('', { 'cache-control': 'only-if-cached' }, cold);
    await cold.stop();
    expect([status, (body as SentProblem).type]).toEqual([504, '/problems/nothing-cached']);
  });

  it.each([
    ['groupBy=state', 'groupBy', '"state" is not valid; use status, provider'],
    ['groupBy=', 'groupBy', '"" is not valid'],
    ['bucket=year', 'bucket', '"year" is not valid; use hour, day, week or month'],
    ['bucket=day&bucket=week', 'bucket', 'given more than once'],
    ['bucket=day&bucketBy=startTime', 'bucketBy', 'use createTime or endTime'],
    ['bucket=day&timeZone=Europe/Berln', 'timeZone', '"Europe/Berln" is not a time zone; use a name'],
    ['timeZone=%2B02:00', 'timeZone', '"+02:00" is not a time zone'],
    ['timeZone=', 'timeZone', '"" is not a time zone'],
    ['includeEmpty=yes', 'includeEmpty', 'use true or false'],
    ['source=nowhere', 'source', 'no source is named "nowhere"'],
    ['provider=nobody', 'provider', 'no provider is named "nobody"'],
    ['status=RUNING', 'status', '"RUNING" is not valid'],
    ['pageSize=10', 'pageSize', 'unknown parameter; use provider, source'],
    ['pageToken=x', 'pageToken', 'unknown parameter'],
    ['orderBy=createTime%20asc', 'orderBy', 'unknown parameter'],
    ['include=raw', 'include', 'unknown parameter'],
  ])('%s is a 400 that names %s', async (query, parameter, detail) => {
    const { status, body } = await get(query);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      type: '/problems/invalid-parameter',
      errors: [{ parameter, detail: expect.stringContaining(detail) }],
    });
  });

  it('is refused where there would be too many groups, and told how many and what to do', async () => {
    const query = 'groupBy=feed,status,type,trigger&bucket=hour&includeEmpty=true';
    const { status, body } = await get(query);
    expect(status).toBe(400);
    const [error] = (body as SentProblem).errors ?? [];
    expect(error?.parameter).toBe('bucket');
    expect(error?.detail).toMatch(
      /^the summary would have [\d,]+ groups, empty ones included, and at most 10,000 are answered; use longer buckets, or group by fewer fields, or filter by a shorter time$/,
    );
  });

  it('is about the sources that the caller sees', async () => {
    const auth = authWith([{ id: 'css', scopes: ['tasks:read'], sources: ['search-logs'] }]);
    const guarded = await startGateway(simulator, { clock: () => NOW, auth });
    const headers = { 'x-api-key': keyOf('css') };
    const { groups } = await summary('groupBy=source', headers, guarded);
    const foreign = await get('source=kubernetes', headers, guarded);
    await guarded.stop();
    expect(groups.map(({ key }) => key.source)).toEqual(['search-logs']);
    expect(foreign.status).toBe(400);
    expect(foreign.text).not.toContain('server-backups');
  });
});

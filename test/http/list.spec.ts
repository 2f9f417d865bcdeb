import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { askAll, askPage, ids, inOrder, listPath, type Query, type SentTask } from '../support/tasks.js';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const CLUSTER = '4213d908-f5dc-4633-8401-cfd7175fca0c';

/** Native ids of the oddest kind; each is one CSS row and one CBR row. */
const ODD_IDS = [
  'ünï-日本-💾',
  'a/b/../c',
  '100%',
  '%2F%00',
  'with.dots.',
  'with space and\ttab',
  '?query=1&b#hash',
  '~7e',
  '~',
  '..',
  '"quoted"\\',
  '\u0000\n',
  'x'.repeat(200),
  'ü'.repeat(200),
  `${'y'.repeat(199)}/`,
  '__proto__',
  '-',
  'A1_-b',
];

let simulator: Simulator;
let gateway: RunningGateway;
let everything: SentTask[];

beforeAll(async () => {
  simulator = await startSimulator({
    clock: () => NOW,
    life: { rate: 0 },
    fleet: {
      cssClusters: 2,
      cssRowsPerCluster: 300,
      cbrRows: 900,
      cceClusters: 2,
      cceRowsPerCluster: 40,
      ocpTenants: 8,
    },
  });
  const odd = simulator.fleet.addCssCluster({ id: CLUSTER, name: 'odd' });
  ODD_IDS.forEach((id, index) => {
    odd.rows.addVerbatim({ id, createAt: NOW - index, status: 'SUCCESS', jobTypes: 'Auto' }, NOW - index);
    const created_at = new Date(NOW - 60_000 - index).toISOString();
    simulator.fleet.cbr.addVerbatim(
      { id, created_at, status: 'success', operation_type: 'backup' },
      NOW - index,
    );
  });
  for (const [index, fail_count] of [1, 2, 0].entries()) {
    simulator.fleet.cbr.addVerbatim(
      {
        ...{ id: `warned-${index}`, status: 'success', operation_type: 'vault_delete' },
        ...{ created_at: new Date(NOW - 90_000).toISOString(), extra_info: { vault_delete: { fail_count } } },
      },
      NOW - 90_000,
    );
  }
  // Rows without times, and some that share theirs: the order must be total all the same.
  for (let index = 0; index < 12; index++) {
    odd.rows.addVerbatim({ id: `timeless-${index}`, status: 'RUNNING', createAt: null });
    odd.rows.addVerbatim({
      id: `same-${index}`,
      status: 'SUCCESS',
      createAt: NOW - 5000,
      finishedAt: NOW - 4000,
    });
  }
  // A time no calendar has must cost its row a field, not the feed its rows.
  odd.rows.addVerbatim({ id: 'before-christ', status: 'SUCCESS', createAt: -200_000_000_000_000 });
  odd.rows.addVerbatim({ id: 'far-future', status: 'SUCCESS', createAt: 9e15 });
  gateway = await startGateway(simulator, { clock: () => NOW });
  everything = await askAll(gateway.url);
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

const list = (query: Query): Promise<SentTask[]> => askAll(gateway.url, query);

/** The ids of the tasks that a restriction leaves, in the default order. */
const expected = (matches: (task: SentTask) => boolean): string[] =>
  ids(inOrder(everything.filter(matches), 'createTime desc'));

describe('the whole list', () => {
  it('contains every row of every feed once', () => {
    const { css, cbr, cce, allOcpClusters } = simulator.fleet;
    const rows = [...css, ...cce, ...allOcpClusters].reduce(
      (sum, cluster) => sum + cluster.rows.size,
      cbr.size,
    );
    expect(everything).toHaveLength(rows);
    expect(new Set(ids(everything)).size).toBe(rows);
  });

  it('has all fields on every task, whatever its provider', () => {
    const fields = Object.keys(everything[0] ?? {});
    expect(fields).toHaveLength(24);
    for (const task of everything) expect(Object.keys(task)).toEqual(fields);
  });

  it('is complete and states since when', async () => {
    const { unreachable, completeness } = await askPage(gateway.url);
    expect(unreachable).toEqual([]);
    expect(completeness).toEqual({ complete: true, completeSince: '2026-10-22T00:00:00.000Z', problems: [] });
    const { completeness: whole } = await askPage(gateway.url, { provider: 'huawei-cce' });
    expect(whole.completeSince).toBe('1970-01-01T00:00:00.000Z');
  });

  it('keeps a row with an impossible time', () => {
    for (const nativeId of ['before-christ', 'far-future']) {
      expect(everything.find((task) => task.nativeId === nativeId)).toMatchObject({ createTime: null });
    }
  });
});

describe('filters', () => {
  const some = (matches: (task: SentTask) => boolean): SentTask => {
    const task = everything.find(matches);
    if (task === undefined) throw new Error('no such task in the fleet');
    return task;
  };
  const median = (field: 'createTime' | 'endTime'): string => {
    const times = everything.flatMap((task) => task[field] ?? []).sort();
    return times[Math.floor(times.length / 2)] ?? '';
  };

  const lists: [string, 'provider' | 'source' | 'status' | 'type', readonly string[]][] = [
    ['provider', 'provider', ['huawei-css', 'huawei-cbr', 'huawei-cce', 'oceanbase-ocp']],
    ['source', 'source', ['search-logs', 'server-backups', 'kubernetes', 'oceanbase']],
    [
      'status',
      'status',
      ['SUCCEEDED', 'FAILED', 'RUNNING', 'PENDING', 'TIMED_OUT', 'SKIPPED', 'STOPPED', 'UNKNOWN', 'PAUSED'],
    ],
    [
      'type',
      'type',
      [
        'LOG_BACKUP',
        'CONTINUOUS_LOG_BACKUP',
        'CLUSTER_SNAPSHOT',
        'BACKUP',
        'REPLICATION',
        'RESTORE',
        'DELETE',
        'SYNC',
        'VAULT_DELETE',
        'REMOVE_RESOURCE',
        'OTHER',
      ],
    ],
  ];
  it.each(lists.flatMap(([name, field, words]) => words.map((word) => [name, word, field] as const)))(
    '%s=%s returns exactly the matching tasks',
    async (name, word, field) => {
      expect(ids(await list({ [name]: word }))).toEqual(expected((task) => task[field] === word));
    },
  );

  it.each(lists)('%s accepts several values: with commas, repeated, and both', async (name, field, words) => {
    const [a = '', b = '', c = ''] = words;
    const wanted = expected((task) => [a, b, c].includes(task[field]));
    for (const value of [`${a},${b},${c}`, [a, b, c], [`${a},${b}`, c], [c, b, a, a]]) {
      expect(ids(await list({ [name]: value }))).toEqual(wanted);
    }
    expect(ids(await list({ [name]: words }))).toHaveLength(everything.length);
  });

  it.each(['MANUAL', 'SCHEDULED'])('trigger=%s returns exactly the matching tasks', async (trigger) => {
    const wanted = expected((task) => task.trigger === trigger);
    expect(wanted.length).toBeGreaterThan(0);
    expect(ids(await list({ trigger }))).toEqual(wanted);
  });

  it.each(['true', 'false'])('hasWarnings=%s returns exactly the matching tasks', async (hasWarnings) => {
    const wanted = expected(({ warnings }) => String(warnings.length > 0) === hasWarnings);
    expect(wanted.length).toBeGreaterThan(1);
    expect(ids(await list({ hasWarnings }))).toEqual(wanted);
    const page = await askPage(gateway.url, { hasWarnings, pageSize: 1 });
    expect(page.totalSize).toBe(wanted.length);
    const next = { hasWarnings, pageSize: 1, pageToken: page.nextPageToken };
    expect(ids((await askPage(gateway.url, next)).tasks)).toEqual(wanted.slice(1, 2));
    const others: Query[] = [{}, { hasWarnings: hasWarnings === 'true' ? 'false' : 'true' }];
    for (const other of others) {
      const answer = await ask(`${gateway.url}${listPath({ ...other, pageToken: page.nextPageToken })}`);
      expect(answer.status).toBe(400);
    }
  });

  it('resourceId and clusterId are exact', async () => {
    const resourceId =
      some(({ source, resource }) => source === 'server-backups' && typeof resource?.id === 'string').resource
        ?.id ?? '';
    expect(ids(await list({ resourceId }))).toEqual(expected((task) => task.resource?.id === resourceId));
    expect(await list({ resourceId: resourceId.slice(0, -1) })).toEqual([]);
    expect(await list({ resourceId: resourceId.toUpperCase() })).toEqual([]);
    for (const clusterId of [CLUSTER, '1000005']) {
      const wanted = expected((task) => task.cluster?.id === clusterId);
      expect(wanted.length).toBeGreaterThan(0);
      expect(ids(await list({ clusterId }))).toEqual(wanted);
    }
  });

  it.each(['erp', 'ERP-DB', 'büro', 'BÜRO-datei', '-01', 'prod'])(
    'resourceName=%s finds the text in any case',
    async (resourceName) => {
      const wanted = expected(
        (task) => task.resource?.name?.toLowerCase().includes(resourceName.toLowerCase()) ?? false,
      );
      expect(wanted.length).toBeGreaterThan(0);
      expect(ids(await list({ resourceName }))).toEqual(wanted);
    },
  );

  it('resourceName is not a pattern', async () => {
    for (const resourceName of ['.*', '%', '*', 'erp|shop', '[a-z]', '\\w'])
      expect(await list({ resourceName })).toEqual([]);
  });

  it.each(['createTime', 'endTime'] as const)('%s: after is inclusive, before exclusive', async (field) => {
    const prefix = field === 'createTime' ? 'created' : 'ended';
    const time = median(field);
    expect(everything.some((task) => task[field] === time)).toBe(true);
    const known = everything.filter((task) => task[field] !== null);
    const [after, before] = await Promise.all([
      list({ [`${prefix}After`]: time }),
      list({ [`${prefix}Before`]: time }),
    ]);
    expect(ids(after)).toEqual(expected((task) => task[field] !== null && task[field] >= time));
    expect(ids(before)).toEqual(expected((task) => task[field] !== null && task[field] < time));
    expect(after.length + before.length).toBe(known.length);
    expect(await list({ [`${prefix}After`]: time, [`${prefix}Before`]: time })).toEqual([]);
    const next = new Date(Date.parse(time) + 1).toISOString();
    expect(ids(await list({ [`${prefix}After`]: time, [`${prefix}Before`]: next }))).toEqual(
      expected((task) => task[field] === time),
    );
  });

  it('times mean the same in every offset and with any fraction', async () => {
    const wanted = ids(await list({ createdAfter: '2026-11-10T00:00:00.000Z' }));
    expect(wanted.length).toBeGreaterThan(0);
    for (const time of [
      '2026-11-10T08:00:00+08:00',
      '2026-11-09T13:30:00.000000-10:30',
      '2026-11-10t00:00:00.0z',
    ]) {
      expect(ids(await list({ createdAfter: time }))).toEqual(wanted);
    }
  });

  it('combine: a task must pass all of them', async () => {
    const created = median('createTime');
    const query = {
      provider: 'huawei-cbr,huawei-css',
      source: 'server-backups',
      status: ['FAILED', 'SUCCEEDED'],
      type: 'BACKUP,RESTORE',
      trigger: 'SCHEDULED',
      resourceName: 'ERP',
      createdAfter: created,
      endedBefore: '2026-11-20T00:00:00Z',
    };
    const passes: ((task: SentTask) => boolean)[] = [
      ({ source }) => source === 'server-backups',
      ({ status }) => ['FAILED', 'SUCCEEDED'].includes(status),
      ({ type }) => ['BACKUP', 'RESTORE'].includes(type),
      ({ trigger }) => trigger === 'SCHEDULED',
      ({ resource }) => (resource?.name ?? '').includes('erp'),
      ({ createTime }) => createTime !== null && createTime >= created,
      ({ endTime }) => endTime !== null && endTime < '2026-11-20T00:00:00.000Z',
    ];
    const wanted = expected((task) => passes.every((pass) => pass(task)));
    expect(wanted.length).toBeGreaterThan(0);
    expect(ids(await list(query))).toEqual(wanted);
    expect((await askPage(gateway.url, query)).totalSize).toBe(wanted.length);
  });

  it('that contradict each other match nothing, and the answer is complete', async () => {
    const page = await askPage(gateway.url, { provider: 'huawei-css', source: 'kubernetes' });
    expect(page).toMatchObject({ tasks: [], totalSize: 0, nextPageToken: '', unreachable: [] });
    expect(page.completeness.complete).toBe(true);
  });
});

describe('order', () => {
  const orders = ['createTime', 'updateTime', 'endTime'].flatMap((field) => [
    `${field} desc`,
    `${field} asc`,
  ]);
  it.each(orders)('%s is total: tasks without the time last, ties by id', async (orderBy) => {
    expect(ids(await list({ orderBy }))).toEqual(ids(inOrder(everything, orderBy)));
    const field = orderBy.split(' ')[0] as 'createTime' | 'updateTime' | 'endTime';
    expect(everything.some((task) => task[field] === null)).toBe(true);
  });

  it('createTime desc is the default', async () => {
    const page = await askPage(gateway.url, { pageSize: 200 });
    expect(page.tasks).toEqual(
      (await askPage(gateway.url, { pageSize: 200, orderBy: 'createTime desc' })).tasks,
    );
  });
});

describe('pages', () => {
  it('are 50 long by default, with 0, and 1000 at most', async () => {
    expect((await askPage(gateway.url)).tasks).toHaveLength(50);
    expect((await askPage(gateway.url, { pageSize: 0 })).tasks).toHaveLength(50);
    expect((await askPage(gateway.url, { pageSize: 1 })).tasks).toHaveLength(1);
    expect((await askPage(gateway.url, { pageSize: 1000 })).tasks).toHaveLength(1000);
    expect((await askPage(gateway.url, { pageSize: 5000 })).tasks).toHaveLength(1000);
  });

  it('by number cut the same list, and each states the whole size', async () => {
    const pages = Math.ceil(everything.length / 97);
    const joined: string[] = [];
    for (let page = 1; page <= pages; page++) {
      const { tasks, totalSize, nextPageToken } = await askPage(gateway.url, { pageSize: 97, page });
      expect(totalSize).toBe(everything.length);
      expect(nextPageToken === '').toBe(page === pages);
      joined.push(...ids(tasks));
    }
    expect(joined).toEqual(ids(everything));
  });

  it('past the end are empty, still with the whole size and no next page', async () => {
    for (const page of [Math.ceil(everything.length / 50) + 1, 10_000, Number.MAX_SAFE_INTEGER]) {
      const empty = await askPage(gateway.url, { page });
      expect(empty).toMatchObject({ tasks: [], totalSize: everything.length, nextPageToken: '' });
    }
  });

  it('that end exactly with the list have no next page', async () => {
    const { totalSize } = await askPage(gateway.url, { provider: 'huawei-cce', pageSize: 1 });
    const whole = await askPage(gateway.url, { provider: 'huawei-cce', pageSize: totalSize });
    expect(whole.tasks).toHaveLength(totalSize);
    expect(whole.nextPageToken).toBe('');
    const shorter = await askPage(gateway.url, { provider: 'huawei-cce', pageSize: totalSize - 1 });
    expect(shorter.nextPageToken).not.toBe('');
  });

  it('by number lead on by token', async () => {
    const { nextPageToken } = await askPage(gateway.url, { pageSize: 60, page: 2 });
    const third = await askPage(gateway.url, { pageSize: 60, pageToken: nextPageToken });
    expect(ids(third.tasks)).toEqual(ids(everything).slice(120, 180));
  });
});

describe('raw', () => {
  it('is included only when requested, and is the record as received', async () => {
    const odd = { clusterId: CLUSTER, pageSize: 1000 };
    const bare = await askPage(gateway.url, odd);
    expect(bare.tasks.some((task) => 'raw' in task)).toBe(false);
    const { tasks } = await askPage(gateway.url, { ...odd, include: 'raw' });
    for (const { nativeId, raw, ...task } of tasks) {
      expect(raw).toMatchObject({ id: nativeId });
      expect({ nativeId, ...task }).toEqual(bare.tasks.find(({ id }) => id === task.id));
    }
    expect(tasks.find(({ nativeId }) => nativeId === '~')?.raw).toEqual({
      id: '~',
      createAt: NOW - 8,
      status: 'SUCCESS',
      jobTypes: 'Auto',
    });
  });
});

describe('one task', () => {
  it('is found by its id, of every provider and as the list has it', async () => {
    for (const provider of ['huawei-css', 'huawei-cbr', 'huawei-cce', 'oceanbase-ocp']) {
      const { tasks } = await askPage(gateway.url, { provider, pageSize: 3, include: 'raw' });
      for (const { raw, ...task } of tasks) {
        expect((await ask(`${gateway.url}/v1/tasks/${task.id}`)).body).toEqual(task);
        expect((await ask(`${gateway.url}/v1/tasks/${task.id}?include=raw`)).body).toEqual({ ...task, raw });
      }
    }
  });

  it.each(ODD_IDS.flatMap((id) => ['search-logs', 'server-backups'].map((source) => [id, source] as const)))(
    'with the native id %j in %s has an id that is safe in a URL, and is found by it',
    async (nativeId, source) => {
      const found = everything.filter((task) => task.nativeId === nativeId && task.source === source);
      expect(found).toHaveLength(1);
      const [task] = found;
      expect(task?.id).toMatch(/^[a-z][a-z0-9-]*\.[A-Za-z0-9_~-]+$/);
      expect(encodeURIComponent(task?.id ?? '')).toBe(task?.id);
      expect(task?.id.length).toBeLessThan(256);
      const answer = await ask(`${gateway.url}/v1/tasks/${task?.id ?? ''}`);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual(task);
    },
  );

  it('with an unusual id is passed by a walk like any other', async () => {
    const joined: string[] = [];
    let pageToken = '';
    do {
      const page = await askPage(gateway.url, { clusterId: CLUSTER, pageSize: 1, pageToken });
      joined.push(...ids(page.tasks));
      pageToken = page.nextPageToken;
      expect(pageToken.length).toBeLessThanOrEqual(512);
    } while (pageToken !== '');
    expect(joined).toEqual(expected((task) => task.cluster?.id === CLUSTER));
  });
});

import { describe, expect, it } from '@jest/globals';
import type { TaskFilter } from '@/model/query.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { Task, TaskRow } from '@/model/task.js';
import sample from './fixtures/task.json' with { type: 'json' };
import type { Page } from './page.js';
import type { Selection } from './selection.js';
import { Selections } from './selection.js';

const ALL: Selection = { filter: {}, order: 'createTime desc', pageSize: 50, page: null };
const FAILED: Selection = { ...ALL, filter: { status: ['FAILED', 'TIMED_OUT'] } };

/** A row that counts how often it is looked at. */
class WatchedRow implements TaskRow {
  readonly raw = {};
  looks = 0;
  readonly #task: Task;

  constructor(changes: Partial<Task>) {
    this.#task = { ...(sample as Task), ...changes };
  }

  get task(): Task {
    this.looks++;
    return this.#task;
  }
}

let revision = 0;
function snapshot(source: string, rows: readonly TaskRow[]): Snapshot {
  const name = `sources/${source}/feeds/1`;
  const feed = { name, provider: 'huawei-cce', source, key: '1', cluster: null };
  return {
    feed,
    rows,
    fetchTimeMs: 0,
    truncation: null,
    coveredSince: null,
    drift: {},
    driftExamples: {},
    revision: ++revision,
  };
}

const totalsOf = (pages: readonly Page[]): number[] => pages.map(({ totalSize }) => totalSize);

describe('Selections', () => {
  const running = new WatchedRow({ id: 'a.1', status: 'RUNNING' });
  const failed = new WatchedRow({ id: 'b.1', status: 'FAILED' });
  const first = snapshot('a', [running]);
  const second = snapshot('b', [failed]);

  it('answers the rows that match, their number and what is left', async () => {
    const selections = new Selections();
    expect((await selections.select([first, second], ALL, null)).rows).toEqual([running, failed]);
    const one = await selections.select([second, first], { ...ALL, pageSize: 1 }, null);
    expect(one).toMatchObject({ rows: [running], totalSize: 2, nextPosition: { id: 'a.1' } });
    expect((await selections.select([first, second], ALL, one.nextPosition)).rows).toEqual([failed]);
    expect(await selections.select([first, second], FAILED, null)).toMatchObject({
      rows: [failed],
      totalSize: 1,
    });
  });

  it('does not look at the rows again while the snapshots stay the same', async () => {
    const selections = new Selections();
    await selections.select([first, second], FAILED, null);
    const looks = running.looks;
    const reordered: Selection = { ...FAILED, filter: { status: ['TIMED_OUT', 'FAILED', 'FAILED'] } };
    await selections.select([second, first], reordered, null);
    await selections.select([first, second], { ...FAILED, page: 2 }, null);
    expect(running.looks).toBe(looks);
  });

  it('looks for a text or a time only among the tasks that have the words asked for', async () => {
    const selections = new Selections();
    const search = (resourceName: string): Selection => ({
      ...FAILED,
      filter: { ...FAILED.filter, resourceName },
    });
    const name = failed.task.resource?.name ?? '';
    await selections.select([first, second], search('no such name'), null);
    const [runningLooks, failedLooks] = [running.looks, failed.looks];
    expect((await selections.select([first, second], search(name), null)).rows).toEqual([failed]);
    expect(running.looks).toBe(runningLooks);
    expect(failed.looks).toBeGreaterThan(failedLooks);
  });

  it('finds the same tasks whatever was asked before', async () => {
    const selections = new Selections();
    const word: TaskFilter = { status: ['FAILED'] };
    const time: TaskFilter = { createdAfter: '2000-01-01T00:00:00.000Z' };
    const pages = [
      { ...word, ...time },
      word,
      time,
      { ...time, ...word, createdAfter: '2100-01-01T00:00:00.000Z' },
    ].map((filter) => selections.select([first, second], { ...ALL, filter }, null));
    expect(totalsOf(await Promise.all(pages))).toEqual([1, 1, 2, 0]);
  });

  it('keeps filters and orders apart', async () => {
    const selections = new Selections();
    const older = snapshot('c', [new WatchedRow({ id: 'c.1', createTime: '2020-01-01T00:00:00.000Z' })]);
    const idsOf = async (selection: Selection): Promise<string[]> =>
      (await selections.select([older, first], selection, null)).rows.map(({ task }) => task.id);
    expect(await idsOf(ALL)).toEqual(['a.1', 'c.1']);
    expect(await idsOf({ ...ALL, order: 'createTime asc' })).toEqual(['c.1', 'a.1']);
    const filter: TaskFilter = { provider: ['huawei-cce'] };
    expect(await idsOf({ ...ALL, filter })).toEqual(['a.1', 'c.1']);
    expect(await idsOf({ ...ALL, filter, order: 'createTime asc' })).toEqual(['c.1', 'a.1']);
    expect(await idsOf({ ...ALL, filter: { status: ['SUCCEEDED'] } })).toEqual(['c.1']);
    expect(await idsOf({ ...ALL, filter: { status: ['RUNNING'] } })).toEqual(['a.1']);
  });

  it('answers from the new snapshot once one is replaced, came or went', async () => {
    const selections = new Selections();
    const pages = [[first, second], [first, snapshot('b', [])], [first], [], [first, second]].map(
      (snapshots) => selections.select(snapshots, ALL, null),
    );
    expect(totalsOf(await Promise.all(pages))).toEqual([2, 1, 1, 0, 2]);
  });

  it('looks at the rows once for all who ask for the same at once', async () => {
    const once = new Selections();
    const [before] = [running.looks, await once.select([first, second], FAILED, null)];
    const looks = running.looks - before;
    const selections = new Selections();
    const start = running.looks;
    const pages = Array.from({ length: 5 }, () => selections.select([first, second], FAILED, null));
    expect(totalsOf(await Promise.all(pages))).toEqual([1, 1, 1, 1, 1]);
    expect(running.looks - start).toBe(looks);
  });

  it('forgets what it remembered when cleared', async () => {
    const selections = new Selections();
    await selections.select([first, second], FAILED, null);
    const looks = running.looks;
    selections.clear();
    expect((await selections.select([first, second], FAILED, null)).rows).toEqual([failed]);
    expect(running.looks).toBeGreaterThan(looks);
  });
});

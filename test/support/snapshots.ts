import { changeBetween, compareRows, isUnchanged } from '@/model/change.js';
import { keyOfFeed, sourceOfFeed } from '@/model/feed.js';
import type { Snapshot } from '@/model/snapshot.js';
import type { Task, TaskRow } from '@/model/task.js';

let revision = 0;

/** The first snapshot of a feed, named `sources/{source}/feeds/{key}`, with these rows in whatever order. */
export function snapshotOf(feed: string, rows: readonly TaskRow[], provider = 'huawei-cce'): Snapshot {
  const [source, key] = [sourceOfFeed(feed) ?? '', keyOfFeed(feed) ?? ''];
  return {
    feed: { name: feed, provider, source, key, cluster: null },
    rows: rows.toSorted(compareRows),
    change: null,
    fetchTimeMs: 0,
    truncation: null,
    coveredSince: null,
    drift: {},
    driftExamples: {},
    revision: ++revision,
  };
}

/** The snapshot that follows when the feed has these tasks: rows of tasks that are the same objects stay. */
export function nextSnapshot(before: Snapshot, tasks: readonly Task[]): Snapshot {
  const known = new Map(before.rows.map((row) => [row.task, row]));
  const rows = tasks.map((task) => known.get(task) ?? { task, raw: {} }).sort(compareRows);
  const change = changeBetween(before.rows, rows);
  if (isUnchanged(change)) return { ...before, change };
  return { ...before, rows, change, revision: ++revision };
}

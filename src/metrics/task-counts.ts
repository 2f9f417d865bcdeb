import { labelText, type MetricFamily } from '@/model/metric.js';
import type { Snapshot } from '@/model/snapshot.js';
import { TASK_STATUSES, type TaskRow, type TaskStatus } from '@/model/task.js';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';

type Counts = Readonly<Record<TaskStatus, number>>;

/** Counts the tasks of sources by status. The rows of a feed are counted again only after they have changed. */
export class TaskCounts {
  readonly #known = new WeakMap<readonly TaskRow[], Counts>();

  async count(sources: readonly string[], snapshots: readonly Snapshot[]): Promise<MetricFamily> {
    const totals = new Map(sources.map((source) => [source, noTasks()]));
    for (const { feed, rows } of snapshots) {
      const total = totals.get(feed.source);
      if (total === undefined) continue;
      const counts = await this.#countsOf(rows);
      for (const status of TASK_STATUSES) total[status] += counts[status];
    }
    return {
      name: 'tributary_tasks',
      help: 'Tasks in the newest snapshots of the feeds of the source, by status',
      type: 'gauge',
      series: [...totals].flatMap(([source, counts]) =>
        TASK_STATUSES.map((status) => [labelText({ source, status }), counts[status]] as const),
      ),
    };
  }

  async #countsOf(rows: readonly TaskRow[]): Promise<Counts> {
    const known = this.#known.get(rows);
    if (known !== undefined) return known;
    const counts = noTasks();
    await runCooperatively(
      visitInSteps(rows, ({ task }) => {
        counts[task.status] += 1;
      }),
    );
    this.#known.set(rows, counts);
    return counts;
  }
}

function noTasks(): Record<TaskStatus, number> {
  return Object.fromEntries(TASK_STATUSES.map((status) => [status, 0])) as Record<TaskStatus, number>;
}

import { represent, type Representation } from '@/answers/answer-writer.js';
import { completenessBody } from '@/answers/completeness.js';
import { jsonOf } from '@/model/json-text.js';
import type { TaskRow } from '@/model/task.js';
import type { TaskPage } from './task-lister.js';

/** The JSON of one task, with the upstream's record where that is asked for. */
export function renderTask({ task, raw }: TaskRow, includeRaw: boolean): string {
  const text = JSON.stringify(task);
  return includeRaw ? `${text.slice(0, -1)},"raw":${jsonOf(raw)}}` : text;
}

/** The JSON of a page, joined in one go: it may have a megabyte. */
export function renderPage(page: TaskPage, includeRaw: boolean): Representation {
  const rest = JSON.stringify({
    nextPageToken: page.nextPageToken,
    totalSize: page.totalSize,
    ...completenessBody(page.completeness),
  });
  const pieces = page.rows.map((row, index) => `${index === 0 ? '' : ','}${renderTask(row, includeRaw)}`);
  return represent(['{"tasks":[', ...pieces, '],', rest.slice(1)].join(''));
}

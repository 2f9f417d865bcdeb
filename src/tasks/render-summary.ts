import { represent, type Representation } from '@/answers/answer-writer.js';
import { formatTime, YEAR_10000_MS } from '@/model/time.js';
import { completenessBody } from '@/answers/completeness.js';
import type { SummaryGroup } from '@/view/summary/summary.js';
import type { TaskSummary } from './task-summariser.js';

/** The JSON of a summary. */
export function renderSummary({ groups, totalSize, completeness, isComplete }: TaskSummary): Representation {
  return represent(
    JSON.stringify({
      groups: groups.map((group) => groupBody(group, isComplete)),
      totalSize,
      ...completenessBody(completeness),
    }),
  );
}

function groupBody(group: SummaryGroup, isComplete: TaskSummary['isComplete']): object {
  const { key, bucket, count, withWarnings, firstMs, lastMs, durations } = group;
  return {
    key,
    bucket: bucket && {
      start: shownTime(bucket.startMs),
      end: shownTime(bucket.endMs),
      complete: isComplete(bucket),
    },
    count,
    withWarnings,
    firstTime: firstMs === null ? null : formatTime(firstMs),
    lastTime: lastMs === null ? null : formatTime(lastMs),
    durationSeconds: durations,
  };
}

const YEAR_0_MS = Date.parse('0000-01-01T00:00:00.000Z');

/** A bucket of the first or the last year may reach beyond what can be shown. */
function shownTime(timeMs: number): string {
  return formatTime(Math.min(Math.max(timeMs, YEAR_0_MS), YEAR_10000_MS - 1));
}

import { Injectable } from '@nestjs/common';
import { completenessOf, type Completeness } from '@/answers/completeness.js';
import type { CollectionAnswer, FeedAnswer, FeedCollection, Freshness } from '@/model/collection.js';
import { MOST_GROUPS, type SummaryQuery } from '@/model/summary.js';
import { invalidParameters, type ApiProblem } from '@/platform/problem/api-problem.js';
import type { Bucket } from '@/view/summary/calendar.js';
import type { SummaryGroup } from '@/view/summary/summary.js';
import { View } from '@/view/view.js';
import { FeedsInScope } from './feeds-in-scope.js';

/** Tasks counted in groups, and how far that can be relied on. */
export interface TaskSummary {
  readonly groups: readonly SummaryGroup[];
  readonly totalSize: number;
  readonly completeness: Completeness;
  /** True where every feed in scope covers the bucket. */
  readonly isComplete: (bucket: Bucket) => boolean;
}

/** Answers summary questions from the snapshots that a caller sees. */
@Injectable()
export class TaskSummariser {
  constructor(
    private readonly view: View,
    private readonly feeds: FeedsInScope,
  ) {}

  /**
   * Brings the feeds that a question is about up to date. Throws a 400 problem for names that the caller does not have,
   * and a 503 or 504 when there is nothing to answer from.
   */
  async ask(
    { filter }: SummaryQuery,
    collection: FeedCollection,
    freshness: Freshness,
  ): Promise<CollectionAnswer> {
    const errors = this.feeds.unknownNames(filter, collection);
    if (errors.length > 0) throw invalidParameters(errors);
    return this.feeds.ensure(filter, collection, freshness);
  }

  /** The summary of the very snapshots that `ask` has judged. Throws a 400 problem where it has too many groups. */
  async summary(query: SummaryQuery, answer: CollectionAnswer): Promise<TaskSummary> {
    const snapshots = answer.feeds.flatMap(({ snapshot }) => snapshot ?? []);
    const { groups, groupCount, totalSize } = await this.view.summary(snapshots, query);
    if (groups === null) throw tooManyGroups(groupCount, query);
    return { groups, totalSize, completeness: completenessOf(answer, []), isComplete: coverageOf(answer) };
  }
}

function tooManyGroups(groupCount: number, { bucketing, includeEmpty }: SummaryQuery): ApiProblem {
  const [count, most] = [groupCount, MOST_GROUPS].map((number) => number.toLocaleString('en'));
  const empty = bucketing !== null && includeEmpty ? ', empty ones included' : '';
  const remedies = [
    ...(bucketing === null ? [] : ['use longer buckets']),
    'group by fewer fields',
    'filter by a shorter time',
  ];
  return invalidParameters([
    {
      parameter: bucketing === null ? 'groupBy' : 'bucket',
      detail: `the summary would have ${count} groups${empty}, and at most ${most} are answered; ${remedies.join(', or ')}`,
    },
  ]);
}

function coverageOf({ feeds }: CollectionAnswer): TaskSummary['isComplete'] {
  const spans = feeds.map(coveredBy);
  const fromMs = Math.max(...spans.map((span) => span.fromMs));
  const untilMs = Math.min(...spans.map((span) => span.untilMs));
  return ({ startMs, endMs }) => startMs >= fromMs && endMs <= untilMs;
}

/** A snapshot that is as fresh as the caller accepts covers up to the present, a stale one up to its read. */
function coveredBy({ snapshot, problem }: FeedAnswer): { readonly fromMs: number; readonly untilMs: number } {
  const isStale = problem?.state === 'STALE';
  // A list of feeds that is stale has no snapshot: it lacks only feeds that came after it was read.
  if (snapshot === null && isStale)
    return { fromMs: -Infinity, untilMs: problem.lastSuccessTimeMs ?? -Infinity };
  const since = snapshot?.coveredSince ?? null;
  const fromMs = since === null ? Infinity : Date.parse(since);
  return { fromMs, untilMs: isStale && snapshot !== null ? snapshot.fetchTimeMs : Infinity };
}

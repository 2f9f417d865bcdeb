import { Inject, Injectable } from '@nestjs/common';
import { ApiProblem } from '@/platform/problem/api-problem.js';
import { CLOCK, type Clock } from '@/model/clock.js';
import type { CollectionAnswer, FeedCollection, FeedProblem, Freshness } from '@/model/collection.js';
import { isUnreachable } from '@/platform/problem/feed-problem.js';
import { sourceOfTaskId } from '@/model/task-id.js';
import type { TaskRow } from '@/model/task.js';
import { View } from '@/view/view.js';
import { assertAvailable, retryAfter } from '@/answers/availability.js';
import { completenessOf, type Completeness } from '@/answers/completeness.js';

/** A task, and the one feed that it is in. */
export interface FoundTask {
  readonly row: TaskRow;
  readonly feeds: CollectionAnswer;
  readonly completeness: Completeness;
}

/** Finds single tasks in the snapshots of their source. */
@Injectable()
export class TaskFinder {
  constructor(
    private readonly view: View,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws a 404 problem when no such task exists, and a 503 when it may be in a feed that could not be had. */
  async find(id: string, collection: FeedCollection, freshness: Freshness): Promise<FoundTask> {
    const source = sourceOfTaskId(id);
    if (source === null || collection.sourceIdsIn({ source: [source] }).length === 0) throw notFound();
    const newest = collection.newest().filter(({ feed }) => feed.source === source);
    const held = await this.view.find(newest, id);
    // Where it was before, it most likely still is: the source's other feeds need not be waited for.
    if (held !== null) {
      const near = { source: [source], feed: [held.task.feed] };
      const found = await this.foundIn(await collection.ensure(near, freshness), id);
      if (found !== null) return found;
    }
    const answer = await collection.ensure({ source: [source] }, freshness);
    const found = await this.foundIn(answer, id);
    if (found === null) throw this.absence(answer, collection, freshness);
    return found;
  }

  private async foundIn(answer: CollectionAnswer, id: string): Promise<FoundTask | null> {
    const snapshots = answer.feeds.flatMap(({ snapshot }) => snapshot ?? []);
    const row = await this.view.find(snapshots, id);
    if (row === null) return null;
    const feeds = { ...answer, feeds: answer.feeds.filter(({ feed }) => feed === row.task.feed) };
    return { row, feeds, completeness: completenessOf(feeds, []) };
  }

  private absence(answer: CollectionAnswer, collection: FeedCollection, freshness: Freshness): ApiProblem {
    const headersFor = (missing: readonly FeedProblem[]): Readonly<Record<string, string>> =>
      retryAfter(missing, collection.status(), this.clock.wallMs());
    if (freshness.onlyIfCached) assertAvailable(answer, freshness, headersFor);
    const problems = answer.feeds.flatMap(({ problem }) => problem ?? []);
    if (!problems.some(isUnreachable)) return notFound();
    const headers = headersFor(problems.filter(isUnreachable));
    return new ApiProblem('task-unknown', 'The task may be in a feed that could not be read.', {
      problems,
      headers,
    });
  }
}

function notFound(): ApiProblem {
  return new ApiProblem('task-not-found', 'No feed of any source has a task of that id.');
}

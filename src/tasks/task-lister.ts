import { Inject, Injectable } from '@nestjs/common';
import { invalidParameters } from '@/platform/problem/api-problem.js';
import type { CollectionAnswer, FeedCollection, FeedProblem, Freshness } from '@/model/collection.js';
import { isUnreachable } from '@/platform/problem/feed-problem.js';
import { allFeedsName } from '@/model/feed.js';
import type { TaskQuery } from '@/model/query.js';
import type { TaskRow } from '@/model/task.js';
import { invalidPageToken, pageErrors } from '@/answers/paging.js';
import { completenessOf, type Completeness } from '@/answers/completeness.js';
import { joinMissingFeeds, type MissingFeed } from '@/view/missing-feed.js';
import {
  PAGE_TOKEN_FAULTS,
  PAGE_TOKEN_KEYS,
  PageTokens,
  type PageTokenContent,
  type PageTokenKeys,
  type WalkQuery,
} from '@/view/page-token.js';
import { View } from '@/view/view.js';
import { FeedsInScope } from './feeds-in-scope.js';

/** A page of tasks and how far it can be relied on. */
export interface TaskPage {
  readonly rows: readonly TaskRow[];
  readonly nextPageToken: string;
  readonly totalSize: number;
  readonly completeness: Completeness;
}

/** Answers list questions from the snapshots that a caller sees. */
@Injectable()
export class TaskLister {
  readonly #tokens: PageTokens;

  constructor(
    private readonly view: View,
    private readonly feeds: FeedsInScope,
    @Inject(PAGE_TOKEN_KEYS) keys: PageTokenKeys,
  ) {
    this.#tokens = new PageTokens(keys);
  }

  /** A page that was made under another generation has a token that other replicas may not accept. */
  get tokenGeneration(): number {
    return this.#tokens.generation;
  }

  /**
   * Brings the feeds that a question is about up to date. Throws a 400 problem for a question that cannot be
   * asked, before any upstream is, and a 503 or 504 when there is nothing to answer from.
   */
  async ask(query: TaskQuery, collection: FeedCollection, freshness: Freshness): Promise<CollectionAnswer> {
    this.check(query, collection);
    return this.feeds.ensure(query.filter, collection, freshness);
  }

  /** The page that a question asks for, made from the very snapshots that `ask` has judged. */
  async page(query: TaskQuery, collection: FeedCollection, answer: CollectionAnswer): Promise<TaskPage> {
    const walk = { ...query, visible: collection.key };
    const start = this.start(walk, collection, answer);
    const earlier = start?.missing ?? [];
    const { rows, totalSize, nextPosition } = await this.view.page(
      answer.feeds.flatMap(({ snapshot }) => snapshot ?? []),
      query,
      start?.position ?? null,
    );
    const missing = joinMissingFeeds(earlier, missingNow(answer));
    return {
      rows,
      totalSize,
      nextPageToken:
        nextPosition === null ? '' : this.#tokens.issue(walk, { position: nextPosition, missing }),
      completeness: completenessOf(answer, earlier.map(asProblem)),
    };
  }

  private check({ page, pageToken, ...query }: TaskQuery, collection: FeedCollection): void {
    const errors = [...this.feeds.unknownNames(query.filter, collection), ...pageErrors({ page, pageToken })];
    if (errors.length > 0) throw invalidParameters(errors);
    if (pageToken !== null) this.read(pageToken, { ...query, visible: collection.key }, []);
  }

  private start(
    walk: WalkQuery & Pick<TaskQuery, 'pageToken'>,
    collection: FeedCollection,
    { feeds }: CollectionAnswer,
  ): PageTokenContent | null {
    if (walk.pageToken === null) return null;
    const wildcards = collection.sourceIdsIn({}).map(allFeedsName);
    return this.read(walk.pageToken, walk, [...wildcards, ...feeds.map(({ feed }) => feed)]);
  }

  private read(token: string, query: WalkQuery, knownFeeds: readonly string[]): PageTokenContent {
    const content = this.#tokens.read(token, { query, knownFeeds });
    if (typeof content !== 'string') return content;
    throw invalidPageToken(PAGE_TOKEN_FAULTS[content]);
  }
}

function missingNow({ feeds }: CollectionAnswer): MissingFeed[] {
  return feeds.flatMap(({ problem }) => {
    if (problem === null || !isUnreachable(problem)) return [];
    return [{ feed: problem.feed, state: problem.state, reason: problem.reason }];
  });
}

function asProblem({ feed, state, reason }: MissingFeed): FeedProblem {
  return { feed, state, reason, lastSuccessTimeMs: null };
}

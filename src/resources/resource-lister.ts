import { Inject, Injectable } from '@nestjs/common';
import { completenessOf, type Completeness } from '@/answers/completeness.js';
import { invalidPageToken, pageErrors } from '@/answers/paging.js';
import { unknownNames } from '@/answers/parameters.js';
import { CLOCK, type Clock } from '@/model/clock.js';
import type { FeedCollection, FeedScope, Freshness } from '@/model/collection.js';
import { PROVIDERS, type Provider } from '@/model/provider.js';
import { formatTime } from '@/model/time.js';
import { invalidParameters, type ParameterError } from '@/platform/problem/api-problem.js';
import {
  PAGE_TOKEN_FAULTS,
  PAGE_TOKEN_KEYS,
  PageTokens,
  type PageTokenKeys,
  type WalkQuery,
} from '@/view/page-token.js';
import { Assessor, type AssessmentInput } from './assessor.js';
import type { JudgedTime } from './evidence.js';
import { ListEntry } from './list-entry.js';
import { packPosition, PageCut, positionOf, unpackPosition, type ListPosition } from './list-order.js';
import type { Resource } from './resource.js';
import type { ResourceFilter, ResourceQuery } from './resource-query.js';
import { RuleBook } from './rule-book.js';
import type { Assessment, Judged } from './source-judge.js';

/** A page of resources, all judged at one moment. */
export interface ResourcePage {
  readonly assessments: readonly Assessment[];
  readonly nextPageToken: string;
  readonly totalSize: number;
  readonly moment: JudgedTime;
  readonly known: Known;
}

/** What there is to judge from, and how current it is. */
export interface Known extends AssessmentInput {
  readonly completeness: Completeness;
  /** How long the feeds took to be ready. */
  readonly waitedMs: number;
}

/** Where a walk goes on, and at which moment it judges. */
interface Start {
  readonly position: ListPosition;
  readonly timeMs: number;
}

/** Answers questions about resources from what a caller sees. */
@Injectable()
export class ResourceLister {
  readonly #tokens: PageTokens;

  // Nest injects them.
  // eslint-disable-next-line max-params
  constructor(
    private readonly assessor: Assessor,
    private readonly rules: RuleBook,
    @Inject(PROVIDERS) private readonly providers: readonly Provider[],
    @Inject(PAGE_TOKEN_KEYS) keys: PageTokenKeys,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#tokens = new PageTokens(keys);
  }

  /** Throws a 400 problem for a question that cannot be asked. Never fails for an upstream's sake. */
  async list(query: ResourceQuery, collection: FeedCollection, freshness: Freshness): Promise<ResourcePage> {
    this.#check(query, collection);
    const walk = walkOf(query, collection);
    const start = query.pageToken === null ? null : this.#read(query.pageToken, walk);
    const moment = this.momentOf(query.asOf, start?.timeMs ?? null);
    const known = await this.known(scopeOf(query.filter), collection, freshness);
    const page = new PageCut<ListEntry>(query, start?.position ?? null);
    const isWanted = passes(query.filter);
    await this.assessor.visit(known, moment, (judged, judge) => {
      if (isWanted(judged)) page.add(new ListEntry(judged, judge, query.order));
    });
    const { entries, hasMore } = page.cut();
    const last = entries.at(-1);
    return {
      assessments: entries.map(({ assessment }) => assessment),
      nextPageToken: last !== undefined && hasMore ? this.#issue(walk, last, moment) : '',
      totalSize: page.totalSize,
      moment,
      known,
    };
  }

  /** What there is to judge from, as current as the caller asks for. */
  async known(scope: FeedScope, collection: FeedCollection, freshness: Freshness): Promise<Known> {
    const startedMs = performance.now();
    const answer = await collection.ensure({ ...scope, inventories: true }, freshness);
    const waitedMs = performance.now() - startedMs;
    const listed = collection.listResources(scope);
    const ids = new Set(collection.sourceIdsIn(scope));
    const sources = collection.status().filter(({ id }) => ids.has(id));
    return { answer, listed, sources, completeness: completenessOf(answer, []), waitedMs };
  }

  /** `asOf`, else the moment of the walk, else now. Throws a 400 problem for a time in the future. */
  momentOf(asOf: string | null, walkMs: number | null): JudgedTime {
    const nowMs = this.clock.wallMs();
    if (asOf === null) return { timeMs: walkMs ?? nowMs, isPast: false };
    const timeMs = Date.parse(asOf);
    if (timeMs > nowMs) {
      const detail = `${asOf} is in the future; use a past time, or leave it out for now`;
      throw invalidParameters([{ parameter: 'asOf', detail }]);
    }
    return { timeMs, isPast: true };
  }

  /** Which rules a caller may know is only worked out for a caller who names some. */
  #unknownExpectations({ expectation }: ResourceFilter, sources: readonly string[]): ParameterError[] {
    if (expectation === undefined) return [];
    const known = this.rules.expectationsIn(sources).map(({ name }) => name);
    return unknownNames('expectation', expectation, known);
  }

  #check({ filter, page, pageToken }: ResourceQuery, collection: FeedCollection): void {
    const providers = this.providers.map(({ settings }) => settings.id);
    const sources = collection.sourceIdsIn({});
    const errors = [
      ...unknownNames('provider', filter.provider, providers),
      ...unknownNames('source', filter.source, sources),
      ...this.#unknownExpectations(filter, sources),
      ...pageErrors({ page, pageToken }),
    ];
    if (errors.length > 0) throw invalidParameters(errors);
  }

  #issue(walk: WalkQuery, last: ListEntry, { timeMs }: JudgedTime): string {
    const position = { time: formatTime(timeMs), id: packPosition(positionOf(last)) };
    return this.#tokens.issue(walk, { position, missing: [] });
  }

  #read(token: string, walk: WalkQuery): Start {
    const content = this.#tokens.read(token, { query: walk, knownFeeds: [] });
    if (typeof content === 'string') throw invalidPageToken(PAGE_TOKEN_FAULTS[content]);
    const { time, id } = content.position;
    const position = unpackPosition(id);
    if (time === null || position === null) throw invalidPageToken(PAGE_TOKEN_FAULTS.malformed);
    return { position, timeMs: Date.parse(time) };
  }
}

function walkOf({ filter, order, asOf }: ResourceQuery, collection: FeedCollection): WalkQuery {
  const asked = asOf === null ? filter : { ...filter, asOf };
  return { filter: { ...asked }, order: `resources ${order}`, includeRaw: false, visible: collection.key };
}

function scopeOf({ provider, source }: ResourceFilter): FeedScope {
  return { ...(provider && { provider }), ...(source && { source }) };
}

function passes(filter: ResourceFilter): (judged: Judged) => boolean {
  const { type, verdict, expectation, reason, resourceId, clusterId, name } = filter;
  // Of tens of thousands, most are only counted.
  const isAnyName = [resourceId, clusterId, name].every((each) => each === undefined);
  return ({ memoized, group, judgement }) =>
    isOneOf(judgement.verdict, verdict) &&
    isOneOf(group.rule?.name ?? null, expectation) &&
    (reason === undefined || judgement.reasons.some((each) => reason.includes(each))) &&
    (type === undefined || isOneOf(memoized.resource.type, type)) &&
    (isAnyName || isNamed(memoized.resource, filter));
}

function isNamed(
  { resourceId, cluster, name }: Resource,
  { resourceId: id, clusterId, name: part }: ResourceFilter,
): boolean {
  if (id !== undefined && resourceId !== id) return false;
  if (clusterId !== undefined && cluster?.id !== clusterId) return false;
  return part === undefined || name?.toLowerCase().includes(part.toLowerCase()) === true;
}

function isOneOf(value: string | null, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || (value !== null && wanted.includes(value));
}

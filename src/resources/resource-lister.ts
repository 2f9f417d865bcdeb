import { Inject, Injectable } from '@nestjs/common';
import { completenessOf, type Completeness } from '@/answers/completeness.js';
import { unknownNames } from '@/answers/parameters.js';
import type { Asked } from '@/answers/asked.js';
import { CLOCK, type Clock } from '@/model/clock.js';
import type { FeedCollection, FeedScope } from '@/model/collection.js';
import { PROVIDERS, type Provider } from '@/model/provider.js';
import { formatTime } from '@/model/time.js';
import { ApiProblem, invalidParameters, type ParameterError } from '@/platform/problem/api-problem.js';
import {
  PAGE_TOKEN_FAULTS,
  PAGE_TOKEN_KEYS,
  PageTokens,
  type PageTokenFault,
  type PageTokenKeys,
  type WalkQuery,
} from '@/view/page-token.js';
import { Assessor, type Known } from './assessor.js';
import {
  compareKeys,
  compareToPlace,
  firstInOrder,
  packPlace,
  placeOf,
  unpackPlace,
  type Place,
  type SortKey,
} from './list-order.js';
import type { Resource } from './resource.js';
import type { ResourceFilter, ResourceOrder, ResourceQuery } from './resource-query.js';
import type { Assessment, Moment } from './source-judge.js';
import { VERDICTS } from './verdict.js';

/** A page of resources, all judged at one moment. */
export interface ResourcePage {
  readonly assessments: readonly Assessment[];
  readonly nextPageToken: string;
  readonly totalSize: number;
  readonly moment: Moment;
  readonly known: Known;
  readonly completeness: Completeness;
}

interface Entry extends SortKey {
  readonly assessment: Assessment;
}

/** Where a walk goes on, and at which moment it judges. */
interface Start {
  readonly place: Place;
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
    @Inject(PROVIDERS) private readonly providers: readonly Provider[],
    @Inject(PAGE_TOKEN_KEYS) keys: PageTokenKeys,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#tokens = new PageTokens(keys);
  }

  /** Throws a 400 problem for a question that cannot be asked. Never fails for an upstream's sake. */
  async list(query: ResourceQuery, collection: FeedCollection, asked: Asked): Promise<ResourcePage> {
    this.#check(query, collection);
    const walk = walkOf(query, collection);
    const start = query.pageToken === null ? null : this.#read(query.pageToken, walk);
    const moment = this.momentOf(query.asOf, start?.timeMs ?? null);
    const known = await this.known(scopeOf(query.filter), collection, asked);
    const matching = (await this.assessor.assess(known, moment)).filter(passes(query.filter));
    const entries = matching.map((assessment) => ({ assessment, ...sortKey(assessment, query.order) }));
    const { page, hasMore } = cut(entries, query, start?.place ?? null);
    const last = page.at(-1);
    return {
      assessments: page.map(({ assessment }) => assessment),
      nextPageToken: last !== undefined && hasMore ? this.#issue(walk, last, moment) : '',
      totalSize: matching.length,
      moment,
      known,
      completeness: this.completenessOf(known),
    };
  }

  /** What there is to judge from, as current as the caller asks for. */
  async known(scope: FeedScope, collection: FeedCollection, { freshness, trace }: Asked): Promise<Known> {
    const [answer, inventories] = await Promise.all([
      collection.ensure(scope, freshness, trace),
      collection.listResources(scope, freshness, trace),
    ]);
    const ids = new Set(collection.sourceIdsIn(scope));
    return { answer, inventories, sources: collection.status().filter(({ id }) => ids.has(id)) };
  }

  /** `asOf`, else the moment of the walk, else now. Throws a 400 problem for a time in the future. */
  momentOf(asOf: string | null, walkMs: number | null): Moment {
    const nowMs = this.clock.wallMs();
    if (asOf === null) return { timeMs: walkMs ?? nowMs, isPast: false };
    const timeMs = Date.parse(asOf);
    if (timeMs > nowMs) {
      const detail = `${asOf} is in the future; use a past time, or leave it out for now`;
      throw invalidParameters([{ parameter: 'asOf', detail }]);
    }
    return { timeMs, isPast: true };
  }

  /** Inventories are in scope of resources, so that one that cannot be read is named. */
  completenessOf({ answer, inventories }: Known): Completeness {
    const problems = inventories.flatMap(({ problem }) => problem ?? []);
    return completenessOf(answer, problems);
  }

  #check({ filter, page, pageToken }: ResourceQuery, collection: FeedCollection): void {
    const providers = this.providers.map(({ settings }) => settings.id);
    const errors: ParameterError[] = [
      ...unknownNames('provider', filter.provider, providers),
      ...unknownNames('source', filter.source, collection.sourceIdsIn({})),
    ];
    if (page !== null && pageToken !== null) {
      errors.push({ parameter: 'page', detail: 'given together with pageToken; use one of the two' });
    }
    if (errors.length > 0) throw invalidParameters(errors);
  }

  #issue(walk: WalkQuery, last: Entry, { timeMs }: Moment): string {
    const position = { time: formatTime(timeMs), id: packPlace(placeOf(last)) };
    return this.#tokens.issue(walk, { position, missing: [] });
  }

  #read(token: string, walk: WalkQuery): Start {
    const content = this.#tokens.read(token, { query: walk, knownFeeds: [] });
    if (typeof content === 'string') throw badToken(content);
    const { time, id } = content.position;
    const place = unpackPlace(id);
    if (time === null || place === null) throw badToken('malformed');
    return { place, timeMs: Date.parse(time) };
  }
}

function badToken(fault: PageTokenFault): ApiProblem {
  const detail = PAGE_TOKEN_FAULTS[fault];
  return new ApiProblem('invalid-page-token', `pageToken: ${detail}`, {
    errors: [{ parameter: 'pageToken', detail }],
  });
}

function walkOf({ filter, order, asOf }: ResourceQuery, collection: FeedCollection): WalkQuery {
  const asked = asOf === null ? filter : { ...filter, asOf };
  return { filter: { ...asked }, order: `resources ${order}`, includeRaw: false, visible: collection.key };
}

function scopeOf({ provider, source }: ResourceFilter): FeedScope {
  return { ...(provider && { provider }), ...(source && { source }) };
}

function passes(filter: ResourceFilter): (assessment: Assessment) => boolean {
  const { type, verdict, expectation, reason } = filter;
  return ({ resource, group, judgement }) =>
    isOneOf(judgement.verdict, verdict) &&
    isOneOf(resource.type, type) &&
    isOneOf(group.rule?.name ?? null, expectation) &&
    (reason === undefined || judgement.reasons.some((each) => reason.includes(each))) &&
    isNamed(resource, filter);
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

function sortKey({ resource, history, judgement }: Assessment, order: ResourceOrder): SortKey {
  const { id, name } = resource;
  const timeMs = history.lastSuccess?.timeMs ?? null;
  switch (order) {
    case 'verdict':
      return { id, name, rank: VERDICTS.indexOf(judgement.verdict) };
    case 'name':
      return { id, name, rank: 0 };
    case 'lastSuccessTime asc':
      return { id, name, rank: timeMs ?? Infinity };
    case 'lastSuccessTime desc':
      return { id, name, rank: timeMs === null ? Infinity : -timeMs };
  }
}

function cut(
  entries: readonly Entry[],
  { page, pageSize }: ResourceQuery,
  after: Place | null,
): { readonly page: readonly Entry[]; readonly hasMore: boolean } {
  if (page !== null && page > 1) {
    const start = (page - 1) * pageSize;
    const sorted = start < entries.length ? entries.toSorted(compareKeys) : [];
    return { page: sorted.slice(start, start + pageSize), hasMore: start + pageSize < entries.length };
  }
  const rest = after === null ? entries : entries.filter((entry) => compareToPlace(entry, after) > 0);
  return { page: firstInOrder(rest, pageSize), hasMore: rest.length > pageSize };
}

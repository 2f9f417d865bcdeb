import { Inject, Injectable } from '@nestjs/common';
import { assertAvailable, retryAfter } from '@/answers/availability.js';
import { unknownNames } from '@/answers/parameters.js';
import { CLOCK, type Clock } from '@/model/clock.js';
import type { CollectionAnswer, FeedCollection, Freshness } from '@/model/collection.js';
import { PROVIDERS, type Provider } from '@/model/provider.js';
import type { TaskFilter } from '@/model/query.js';
import type { ParameterError } from '@/platform/problem/api-problem.js';

/** The feeds that a question about tasks has to be answered from. */
@Injectable()
export class FeedsInScope {
  readonly #providerIds: readonly string[];

  constructor(
    @Inject(PROVIDERS) providers: readonly Provider[],
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#providerIds = providers.map(({ settings }) => settings.id);
  }

  /** The providers and sources that a filter names and the caller does not have. */
  unknownNames(filter: TaskFilter, collection: FeedCollection): ParameterError[] {
    return [
      ...unknownNames('provider', filter.provider, this.#providerIds),
      ...unknownNames('source', filter.source, collection.sourceIdsIn({})),
    ];
  }

  /** Brings them up to date. Throws a 503 or 504 problem when there is nothing to answer from. */
  async ensure(
    filter: TaskFilter,
    collection: FeedCollection,
    freshness: Freshness,
  ): Promise<CollectionAnswer> {
    const answer = await collection.ensure(filter, freshness);
    assertAvailable(answer, freshness, (problems) =>
      retryAfter(problems, collection.status(), this.clock.wallMs()),
    );
    return answer;
  }
}

import { Inject, Injectable } from '@nestjs/common';
import type { CollectionAnswer, SourceStatus } from '@/model/collection.js';
import type { Inventory } from '@/model/collection.js';
import { PROVIDERS, type Provider } from '@/model/provider.js';
import type { Snapshot } from '@/model/snapshot.js';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';
import { TaskGroups, type FeedTasks } from './feed-tasks.js';
import { groupBy } from './group-by.js';
import { ResourceIndex } from './resource-index.js';
import { RuleBook } from './rule-book.js';
import { Histories, SourceJudge, type Assessment, type KnownSource, type Moment } from './source-judge.js';

/** What resources are judged from. */
export interface Known {
  readonly answer: CollectionAnswer;
  readonly inventories: readonly Inventory[];
  /** The sources in scope. */
  readonly sources: readonly SourceStatus[];
}

/** Judges resources. What a change of a feed does not touch is not worked out again. */
@Injectable()
export class Assessor {
  readonly #groups = new TaskGroups();
  readonly #index = new ResourceIndex();
  readonly #histories = new Histories();

  constructor(
    private readonly rules: RuleBook,
    @Inject(PROVIDERS) private readonly providers: readonly Pick<Provider, 'settings' | 'removedResources'>[],
  ) {}

  /** All resources of the sources that are known, each with its verdict at a moment. */
  async assess(known: Known, moment: Moment): Promise<Assessment[]> {
    const assessments: Assessment[] = [];
    for (const source of await this.#sourcesOf(known)) {
      const judge = this.#judgeOf(source, moment);
      const visit = (resource: Assessment['resource']): void => {
        assessments.push(judge.assess(resource));
      };
      await runCooperatively(visitInSteps(source.resources.resources.values(), visit));
    }
    return assessments;
  }

  /** One resource; null where none has the id. */
  async find(known: Known, id: string, moment: Moment): Promise<Assessment | null> {
    for (const source of await this.#sourcesOf(known)) {
      const resource = source.resources.resources.get(id);
      if (resource !== undefined) return this.#judgeOf(source, moment).assess(resource);
    }
    return null;
  }

  #judgeOf(source: KnownSource, moment: Moment): SourceJudge {
    return new SourceJudge(source, moment, { rules: this.rules, histories: this.#histories });
  }

  async #sourcesOf({ answer, inventories, sources }: Known): Promise<KnownSource[]> {
    const feedsOf = groupBy(answer.feeds, ({ feed }) => sourceOfFeed(feed));
    const known: KnownSource[] = [];
    for (const source of sources) {
      known.push(await this.#known(source, feedsOf.get(source.id) ?? [], inventories));
    }
    return known;
  }

  async #known(
    { id, provider, region, projectId }: SourceStatus,
    feeds: CollectionAnswer['feeds'],
    inventories: readonly Inventory[],
  ): Promise<KnownSource> {
    const tasks = new Map<string, FeedTasks>();
    for (const snapshot of feeds.flatMap((feed) => feed.snapshot ?? []).sort(byFeedName)) {
      tasks.set(snapshot.feed.name, await this.#groups.of(snapshot));
    }
    const resources = await this.#index.of({
      source: { source: id, provider, region, projectId },
      tasks,
      listed: inventories.filter(({ source }) => source === id).map((inventory) => inventory.resources),
      configured: this.rules.configuredIn(id),
      removedResources:
        this.providers.find(({ settings }) => settings.id === provider)?.removedResources ?? (() => []),
    });
    return { resources, feeds };
  }
}

function byFeedName(a: Snapshot, b: Snapshot): number {
  return a.feed.name < b.feed.name ? -1 : 1;
}

function sourceOfFeed(name: string): string {
  return name.split('/')[1] ?? '';
}

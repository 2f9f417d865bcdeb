import { Inject, Injectable } from '@nestjs/common';
import { BySource } from '@/model/by-source.js';
import type { CollectionAnswer, SourceStatus } from '@/model/collection.js';
import { sourceOfFeed } from '@/model/feed.js';
import type { ListedResource } from '@/model/listed-resource.js';
import { PROVIDERS, type Provider, type RemovalReader } from '@/model/provider.js';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';
import type { JudgedTime } from './evidence.js';
import { TaskGroups, type FeedTasks } from './feed-tasks.js';
import { groupBy } from './group-by.js';
import { ResourceIndex } from './resource-index.js';
import { KeptVerdicts, type SourceVerdicts } from './kept-verdicts.js';
import { RuleBook } from './rule-book.js';
import { SourceJudge, type Assessment, type IndexedSource, type Judged } from './source-judge.js';

/** What resources are judged from. */
export interface AssessmentInput {
  readonly answer: CollectionAnswer;
  /** What upstreams list, by source. */
  readonly listed: ReadonlyMap<string, readonly ListedResource[]>;
  /** The sources in scope. */
  readonly sources: readonly SourceStatus[];
}

/** A source, who judges its resources, and the verdicts on them. */
export interface JudgedSource {
  readonly judge: SourceJudge;
  readonly verdicts: SourceVerdicts;
}

/** Judges resources. What a change of a feed does not touch is not worked out again. */
@Injectable()
export class Assessor {
  readonly #groups = new TaskGroups();
  readonly #remembered = new BySource(() => ({ index: new ResourceIndex(), verdicts: new KeptVerdicts() }));

  constructor(
    private readonly rules: RuleBook,
    @Inject(PROVIDERS) private readonly providers: readonly (Pick<Provider, 'settings'> & RemovalReader)[],
  ) {}

  /** The verdicts on all resources of the sources that are known, at a moment, by source. */
  async judge(known: AssessmentInput, moment: JudgedTime): Promise<JudgedSource[]> {
    const judgeOf = this.#judges(moment);
    const judged: JudgedSource[] = [];
    for (const source of await this.#sourcesOf(known)) {
      const judge = judgeOf(source);
      const kept = moment.isPast ? new KeptVerdicts() : this.#remembered.of(source.id).verdicts;
      judged.push({ judge, verdicts: await kept.of(judge) });
    }
    return judged;
  }

  /** Shows each of the resources, with the verdict on it, and with who judged it. */
  async visit(
    known: AssessmentInput,
    moment: JudgedTime,
    visit: (judged: Judged, judge: SourceJudge) => void,
  ): Promise<void> {
    for (const { judge, verdicts } of await this.judge(known, moment)) {
      const show = (judged: Judged): void => {
        visit(judged, judge);
      };
      await runCooperatively(visitInSteps(verdicts.judged, show));
    }
  }

  /** One resource; null where none has the id. */
  async find(known: AssessmentInput, id: string, moment: JudgedTime): Promise<Assessment | null> {
    for (const source of await this.#sourcesOf(known)) {
      const found = source.resources.resources.find(({ resource }) => resource.id === id);
      if (found !== undefined) return this.#judges(moment)(source).assess(found);
    }
    return null;
  }

  /** Forgets what is remembered of other sources. */
  keepOnly(sources: ReadonlySet<string>): void {
    this.#remembered.keepOnly(sources);
  }

  #judges(moment: JudgedTime): (source: IndexedSource) => SourceJudge {
    const memory = { rules: this.rules, rulesByTime: new Map() };
    return (source) => new SourceJudge(source, moment, memory);
  }

  async #sourcesOf({ answer, listed, sources }: AssessmentInput): Promise<IndexedSource[]> {
    const feedsOf = groupBy(answer.feeds, ({ feed }) => sourceOfFeed(feed) ?? '');
    const known: IndexedSource[] = [];
    for (const source of sources) {
      known.push(
        await this.#known(source, feedsOf.get(source.id) ?? [], listed.get(source.id) ?? NOTHING_LISTED),
      );
    }
    return known;
  }

  async #known(
    { id, provider, region, projectId, ...status }: SourceStatus,
    feeds: CollectionAnswer['feeds'],
    listed: readonly ListedResource[],
  ): Promise<IndexedSource> {
    const tasks: FeedTasks[] = [];
    for (const { snapshot } of feeds) if (snapshot !== null) tasks.push(await this.#groups.of(snapshot));
    const resources = await this.#remembered.of(id).index.of({
      source: { source: id, provider, region, projectId },
      tasks,
      listed,
      configured: this.rules.configuredIn(id),
      reader: this.providers.find(({ settings }) => settings.id === provider) ?? {},
    });
    const disabled = status.feeds.filter(({ state }) => state === 'DISABLED');
    return { id, resources, feeds, disabledFeeds: disabled.map(({ feed }) => feed) };
  }
}

const NOTHING_LISTED: readonly ListedResource[] = [];

import type { CollectionAnswer } from '@/model/collection.js';
import { dueOf, dueUntilMs, firstAfter } from './due.js';
import type { JudgedTime } from './evidence.js';
import type { MemoizedResource } from './memoized-resource.js';
import type { SourceResources } from './resource-index.js';
import type { Resource } from './resource.js';
import type { RuleBook, RuleGroup } from './rule-book.js';
import { SourceEvidence } from './source-evidence.js';
import { holdsUntilMs, judge, type Judgement, type Situation } from './verdict.js';

/** One resource and the verdict on it. */
export interface Judged {
  readonly memoized: MemoizedResource;
  readonly group: RuleGroup;
  readonly judgement: Judgement;
}

/** One resource, what is known of it, and the verdict on it. */
export interface Assessment extends Judged, Situation {
  readonly resource: Resource;
  /** Judges the same resource, from the same evidence, at other moments. */
  readonly source: SourceJudge;
}

/** A source as it is known at the moment of answering. */
export interface IndexedSource {
  readonly id: string;
  readonly resources: SourceResources;
  readonly feeds: CollectionAnswer['feeds'];
  /** The names of its feeds that are not enabled at the upstream. */
  readonly disabledFeeds: readonly string[];
}

/** What the configuration says at a moment of the resources that the same rules match. */
type RulesAt = Pick<Situation, 'due' | 'exclusion'>;

/** The same at the moments that a question is about. */
export type RulesByTime = Map<number, Map<RuleGroup, RulesAt>>;

/** What judges of all sources share. */
export interface JudgeMemory {
  readonly rules: RuleBook;
  /** Of one question. */
  readonly rulesByTime: RulesByTime;
}

/** Judges the resources of one source, all from the same snapshots. */
export class SourceJudge {
  readonly evidence: SourceEvidence;
  readonly #rulesAt: Map<RuleGroup, RulesAt>;
  readonly #rulesUntilMs = new Map<RuleGroup, number>();
  readonly #past = new Map<number, SourceJudge>();

  constructor(
    readonly known: IndexedSource,
    readonly moment: JudgedTime,
    private readonly memory: JudgeMemory,
  ) {
    this.#rulesAt = memory.rulesByTime.get(moment.timeMs) ?? new Map<RuleGroup, RulesAt>();
    memory.rulesByTime.set(moment.timeMs, this.#rulesAt);
    const past = moment.isPast ? { atMs: moment.timeMs } : null;
    this.evidence = new SourceEvidence(known.feeds, known.disabledFeeds, past);
  }

  /** Of the source. */
  get id(): string {
    return this.known.id;
  }

  /** Another object once the rules have changed. */
  get edition(): object {
    return this.memory.rules.edition;
  }

  assess(memoized: MemoizedResource): Assessment {
    const { timeMs, isPast } = this.moment;
    const knownMs = isPast ? timeMs : Infinity;
    const { resource } = memoized;
    const group = memoized.groupIn(this.memory.rules);
    const { due, exclusion } = this.#rulesFor(group);
    const situation = {
      due,
      exclusion,
      isPast,
      retiredMs: this.known.resources.removals.retiredMs(resource, group.criteria.taskTypes, knownMs),
      history: memoized.historyAt(group.criteria, this.moment),
      feeds: this.evidence.at(this.evidence.placeOf(resource)),
    };
    return { ...situation, memoized, resource, group, source: this, judgement: judge(situation) };
  }

  /**
   * The first moment after T at which the verdict may be another one while the rules, the tasks and the snapshots stay as they
   * are; Infinity where there is none.
   */
  holdsUntilMs(assessment: Assessment): number {
    // What is asked of the past is asked once.
    if (assessment.isPast) return this.moment.timeMs + 1;
    return Math.min(holdsUntilMs(assessment), this.#rulesHoldUntilMs(assessment.group));
  }

  /** The same for a past moment, or for T. */
  at(timeMs: number): SourceJudge {
    if (timeMs === this.moment.timeMs) return this;
    let past = this.#past.get(timeMs);
    if (past === undefined) {
      past = new SourceJudge(this.known, { timeMs, isPast: true }, this.memory);
      this.#past.set(timeMs, past);
    }
    return past;
  }

  #rulesHoldUntilMs(group: RuleGroup): number {
    let untilMs = this.#rulesUntilMs.get(group);
    if (untilMs === undefined) {
      const { due } = this.#rulesFor(group);
      const exclusions = group.exclusions.map((exclusion) => exclusion.untilMs ?? Infinity);
      untilMs = Math.min(dueUntilMs(due), firstAfter(due.timeMs, exclusions));
      this.#rulesUntilMs.set(group, untilMs);
    }
    return untilMs;
  }

  #rulesFor(group: RuleGroup): RulesAt {
    let rules = this.#rulesAt.get(group);
    if (rules === undefined) this.#rulesAt.set(group, (rules = rulesAt(group, this.moment.timeMs)));
    return rules;
  }
}

function rulesAt(group: RuleGroup, timeMs: number): RulesAt {
  return {
    due: dueOf(group.rule, group.maintenance, timeMs),
    exclusion: group.exclusions.find(({ untilMs }) => untilMs === null || timeMs < untilMs) ?? null,
  };
}

import type { CollectionAnswer } from '@/model/collection.js';
import { dueOf } from './due.js';
import type { MemoizedResource } from './memoized-resource.js';
import type { SourceResources } from './resource-index.js';
import type { Resource } from './resource.js';
import type { RuleBook, RuleGroup } from './rule-book.js';
import { SourceEvidence } from './source-evidence.js';
import { judge, type Judgement, type Situation } from './verdict.js';

/** One resource, what is known of it, and the verdict on it. */
export interface Assessment extends Situation {
  readonly resource: Resource;
  readonly memoized: MemoizedResource;
  readonly group: RuleGroup;
  readonly judgement: Judgement;
  /** Judges the same resource, from the same evidence, at other moments. */
  readonly source: SourceJudge;
}

/** The moment T. */
export interface JudgedTime {
  /** Epoch milliseconds. */
  readonly timeMs: number;
  /** True where a past moment is asked about, false for now. */
  readonly isPast: boolean;
}

/** A source as it is known at the moment of answering. */
export interface IndexedSource {
  readonly resources: SourceResources;
  readonly feeds: CollectionAnswer['feeds'];
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

const UNJUDGED: Judgement = { verdict: 'UNKNOWN', reasons: [] };

/** Judges the resources of one source, all from the same snapshots. */
export class SourceJudge {
  readonly #rulesAt: Map<RuleGroup, RulesAt>;
  readonly #past = new Map<number, SourceJudge>();
  readonly #evidence: SourceEvidence;

  constructor(
    private readonly known: IndexedSource,
    private readonly moment: JudgedTime,
    private readonly memory: JudgeMemory,
  ) {
    this.#rulesAt = memory.rulesByTime.get(moment.timeMs) ?? new Map<RuleGroup, RulesAt>();
    memory.rulesByTime.set(moment.timeMs, this.#rulesAt);
    this.#evidence = new SourceEvidence(known.feeds, moment.isPast ? { atMs: moment.timeMs } : null);
  }

  assess(memoized: MemoizedResource): Assessment {
    const { timeMs, isPast } = this.moment;
    const { resource } = memoized;
    const group = memoized.groupIn(this.memory.rules);
    const { due, exclusion } = this.#rulesFor(group);
    // There may be tens of thousands: each is one object.
    const assessment = {
      resource,
      memoized,
      group,
      due,
      exclusion,
      isPast,
      source: this,
      judgement: UNJUDGED,
      retiredMs: this.known.resources.removals.retiredMs(resource, group.criteria.taskTypes, timeMs),
      history: memoized.historyAt(group.criteria, timeMs),
      feeds: this.#evidence.of(resource),
    };
    assessment.judgement = judge(assessment);
    return assessment;
  }

  /** The same for a past moment. */
  at(timeMs: number): SourceJudge {
    let past = this.#past.get(timeMs);
    if (past === undefined) {
      past = new SourceJudge(this.known, { timeMs, isPast: true }, this.memory);
      this.#past.set(timeMs, past);
    }
    return past;
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

import type { CollectionAnswer } from '@/model/collection.js';
import { dueOf, type Due } from './due.js';
import type { KnownResource } from './known-resource.js';
import type { SourceResources } from './resource-index.js';
import type { Resource } from './resource.js';
import type { RuleBook, RuleGroup } from './rule-book.js';
import { SourceEvidence } from './source-evidence.js';
import { judge, type Judgement, type Situation } from './verdict.js';

/** One resource, what is known of it, and the verdict on it. */
export interface Assessment extends Situation {
  readonly resource: Resource;
  readonly known: KnownResource;
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

/** What rules expect at the moments that a question is about. */
export type Dues = Map<number, Map<RuleGroup, Due>>;

/** What judges of all sources share. */
export interface JudgeMemory {
  readonly rules: RuleBook;
  /** Of one question. */
  readonly dues: Dues;
}

const UNJUDGED: Judgement = { verdict: 'UNKNOWN', reasons: [] };

/** Judges the resources of one source, all from the same snapshots. */
export class SourceJudge {
  readonly #dues: Map<RuleGroup, Due>;
  readonly #past = new Map<number, SourceJudge>();
  readonly #evidence: SourceEvidence;

  constructor(
    private readonly known: IndexedSource,
    private readonly moment: JudgedTime,
    private readonly memory: JudgeMemory,
  ) {
    this.#dues = memory.dues.get(moment.timeMs) ?? new Map<RuleGroup, Due>();
    memory.dues.set(moment.timeMs, this.#dues);
    this.#evidence = new SourceEvidence(known.feeds, moment.isPast ? { atMs: moment.timeMs } : null);
  }

  assess(known: KnownResource): Assessment {
    const { timeMs, isPast } = this.moment;
    const { resource } = known;
    const group = known.groupIn(this.memory.rules);
    const assessment = {
      ...{ resource, known, group, isPast, source: this, judgement: UNJUDGED },
      due: this.#dueFor(group),
      exclusion: group.exclusions.find(({ untilMs }) => untilMs === null || timeMs < untilMs) ?? null,
      retiredMs: this.known.resources.removals.retiredMs(resource, group.criteria.taskTypes, timeMs),
      history: known.historyAt(group.criteria, timeMs),
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

  #dueFor(group: RuleGroup): Due {
    let due = this.#dues.get(group);
    if (due === undefined) {
      this.#dues.set(group, (due = dueOf(group.rule, group.maintenance, this.moment.timeMs)));
    }
    return due;
  }
}

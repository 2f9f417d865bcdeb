import type { JudgedTime, TaskHistory } from './evidence.js';
import { historyAt, settledMs, type TaskCriteria } from './history.js';
import type { Resource } from './resource.js';
import type { RuleBook, RuleGroup } from './rule-book.js';

interface SettledHistory {
  readonly criteria: TaskCriteria;
  readonly history: TaskHistory;
}

/** A resource with what was worked out of it. Nothing is worked out twice while it stays the same. */
export class MemoizedResource {
  #group: RuleGroup | null = null;
  /** What the group is of. */
  #edition: object | null = null;
  #settledMs: number | null = null;
  #settled: SettledHistory | null = null;

  constructor(readonly resource: Resource) {}

  /** What the configuration says of it. */
  groupIn(rules: RuleBook): RuleGroup {
    if (this.#group === null || this.#edition !== rules.edition) {
      this.#edition = rules.edition;
      this.#group = rules.of(this.resource);
    }
    return this.#group;
  }

  /** What its tasks say. Only for past moments at which some task was yet to begin or end is it worked out anew. */
  historyAt(criteria: TaskCriteria, moment: JudgedTime): TaskHistory {
    const isSettled = !moment.isPast || moment.timeMs >= (this.#settledMs ??= settledMs(this.resource.rows));
    if (isSettled && this.#settled?.criteria === criteria) return this.#settled.history;
    const history = historyAt(this.resource.rows, criteria, moment);
    if (isSettled) this.#settled = { criteria, history };
    return history;
  }
}

import type { TaskHistory } from './evidence.js';
import { historyAt, settledMs, type TaskCriteria } from './history.js';
import type { Resource } from './resource.js';
import type { RuleBook, RuleGroup } from './rule-book.js';

interface Settled {
  readonly criteria: TaskCriteria;
  readonly sinceMs: number;
  readonly history: TaskHistory;
}

/** A resource with what was worked out of it. Nothing is worked out twice while it stays the same. */
export class MemoizedResource {
  #group: RuleGroup | null = null;
  /** What the group is of. */
  #edition: object | null = null;
  #settled: Settled | null = null;

  constructor(readonly resource: Resource) {}

  /** What the configuration says of it. */
  groupIn(rules: RuleBook): RuleGroup {
    if (this.#group === null || this.#edition !== rules.edition) {
      this.#edition = rules.edition;
      this.#group = rules.of(this.resource);
    }
    return this.#group;
  }

  /** What its tasks say. Only for moments at which some task was yet to begin or end is it worked out anew. */
  historyAt(criteria: TaskCriteria, timeMs: number): TaskHistory {
    const settled = this.#settled;
    if (settled?.criteria === criteria && timeMs >= settled.sinceMs) return settled.history;
    const { rows } = this.resource;
    const history = historyAt(rows, criteria, timeMs);
    if (settled?.criteria === criteria) return history;
    const sinceMs = settledMs(rows);
    if (timeMs >= sinceMs) this.#settled = { criteria, sinceMs, history };
    return history;
  }
}

import type { SortKey } from './list-order.js';
import type { ResourceOrder } from './list-resources-query.dto.js';
import type { Assessment, Judged, SourceJudge } from './source-judge.js';
import { VERDICTS } from './verdict.js';

/** A resource as it stands in an order. Of tens of thousands, most are told apart by their rank alone. */
export class ListEntry implements SortKey {
  readonly rank: number;

  constructor(
    private readonly judged: Judged,
    private readonly judge: SourceJudge,
    order: ResourceOrder,
  ) {
    this.rank = rankOf(judged, judge, order);
  }

  get id(): string {
    return this.judged.memoized.resource.id;
  }

  get name(): string | null {
    return this.judged.memoized.resource.name;
  }

  /** All that is known of it. */
  get assessment(): Assessment {
    return this.judge.assess(this.judged.memoized);
  }
}

function rankOf({ memoized, group, judgement }: Judged, judge: SourceJudge, order: ResourceOrder): number {
  if (order === 'verdict') return VERDICTS.indexOf(judgement.verdict);
  if (order === 'name') return 0;
  const timeMs = memoized.historyAt(group.criteria, judge.moment).lastSuccess?.timeMs ?? null;
  if (timeMs === null) return Infinity;
  return order === 'lastSuccessTime asc' ? timeMs : -timeMs;
}

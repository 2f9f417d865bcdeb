import { telltale } from '../canaries.js';
import type { FaultyExchange } from './exchange.js';
import { changeJson, isObject, mapFields } from './json-body.js';

const TOTALS = new Set(['totalSize', 'count', 'totalElements', 'totalPages', 'totalPage']);

const changeTotals = (change: (total: number) => unknown): ((exchange: FaultyExchange) => void) =>
  changeJson((body) => withTotals(body, change));

/** Totals stand in the envelope, at any depth; rows are not touched. */
function withTotals(value: unknown, change: (total: number) => unknown): unknown {
  if (!isObject(value)) return value;
  return mapFields(value, (name, field) =>
    TOTALS.has(name) && typeof field === 'number' ? change(field) : withTotals(field, change),
  );
}

/** Whatever page is asked for, the first comes. */
function samePage({ call, answer, send }: FaultyExchange): void {
  const query = new Map(call.query);
  query.delete('offset');
  query.delete('start');
  if (query.has('page')) query.set('page', ['1']);
  send(answer(query));
}

/** Totals that lie (CCE has none, nothing changes there), and pages that do not turn. */
export const PAGING_FAULTS = {
  /** Half of what there is. */
  'totals-small': changeTotals((total) => Math.floor(total / 2)),
  /** A thousand times what there is, and more. */
  'totals-large': changeTotals((total) => (total + 1) * 1000),
  'totals-zero': changeTotals(() => 0),
  'totals-negative': changeTotals((total) => -1 - total),
  'totals-text': changeTotals(() => telltale('many')),
  'totals-missing': changeTotals(() => undefined),
  'same-page': samePage,
} as const;

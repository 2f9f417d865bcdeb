import type { TaskFilter } from '@/model/query.js';

/** The same text for filters that ask for the same: the order and repetition of listed values do not matter. */
export function filterKey(filter: TaskFilter): string {
  const restrictions = Object.entries(filter)
    .filter(([, wanted]) => wanted !== undefined)
    .map(([name, wanted]) => [name, Array.isArray(wanted) ? [...new Set(wanted)].sort() : wanted] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(restrictions);
}

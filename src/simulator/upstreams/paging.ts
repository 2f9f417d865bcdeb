import type { RowList } from '../fleet/row-list.js';
import type { Random } from '../fleet/random.js';
import { parameter, type Call } from '../http/call.js';
import type { Churn, FeedSettings } from '../settings.js';

/** A whole number from the query, its default when absent, null when it is none or out of bounds. */
export function wholeNumber(
  call: Call,
  name: string,
  rule: { readonly min: number; readonly max?: number | undefined; readonly absent: number | null },
): number | null {
  const text = parameter(call, name);
  if (text === undefined) return rule.absent;
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= rule.min && value <= (rule.max ?? Number.MAX_SAFE_INTEGER) ? value : null;
}

/** Lets a feed change before a call for it, as its churn says. */
export function stir<R extends object>(
  rows: RowList<R>,
  settings: FeedSettings,
  source: { readonly random: Random; readonly makeRow: () => R },
): void {
  for (let made = 0; made < settings.churn.insert; made++) rows.add(source.makeRow());
  if (settings.churn.remove > 0) {
    rows.removeAt(settings.order, removedPlaces(rows.size, settings.churn, source.random));
  }
}

function removedPlaces(size: number, churn: Churn, random: Random): Set<number> {
  const count = Math.min(churn.remove, size);
  const places = new Set<number>();
  while (places.size < count) {
    if (churn.removeFrom === 'head') places.add(places.size);
    else if (churn.removeFrom === 'tail') places.add(size - 1 - places.size);
    else places.add(random.integer(0, size - 1));
  }
  return places;
}

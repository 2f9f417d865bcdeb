import type { FeedProblem, Partiality } from './api-types.js';
import { counted, feedParts } from './format.js';

/** What is missing from an answer, by source. */
export interface PartialSource {
  readonly source: string;
  readonly isUnreadable: boolean;
  readonly problems: readonly FeedProblem[];
}

/** The sources of which something is missing, those that could not be read first. */
export function partialSources({ unreachable, completeness }: Partiality): PartialSource[] {
  const bySource = Map.groupBy(completeness.problems, ({ feed }) => feedParts(feed).source);
  const unreadable = new Set(unreachable.map((feed) => feedParts(feed).source));
  const names = new Set([...unreadable, ...bySource.keys()]);
  return [...names]
    .map((source) => ({ source, isUnreadable: unreadable.has(source), problems: bySource.get(source) ?? [] }))
    .sort((a, b) => Number(b.isUnreadable) - Number(a.isUnreadable) || (a.source < b.source ? -1 : 1));
}

/** The first sentence of the notice about partial data; null where all is there. */
export function partialSentence(partial: readonly PartialSource[], sourceCount: number): string | null {
  const unreadable = partial.filter(({ isUnreadable }) => isUnreadable).map(({ source }) => source);
  if (unreadable.length > 0) {
    const of = `${unreadable.length} of ${counted(sourceCount, 'source')} could not be read in full`;
    return `${of}: ${unreadable.join(', ')}. A verdict that needs what is missing is unknown.`;
  }
  if (partial.length === 0) return null;
  return `Not all tasks of ${partial.map(({ source }) => source).join(', ')} are known.`;
}

import { signal } from '@preact/signals';
import { changed, readUrlState, writeUrlState, type FilterName, type UrlState } from '../pure/url-state.js';

/** What the reader has chosen: the query of the page. */
export const urlState = signal<UrlState>(readUrlState(location.search));

export type Changes = Readonly<Partial<Record<FilterName, string | null>>>;

/** Follows "back" and "forward". */
export function followHistory(): void {
  addEventListener('popstate', () => {
    urlState.value = readUrlState(location.search);
  });
}

/** Changes choices. "Back" takes the change back, unless it only continues the last one (a text that is being typed). */
export function choose(changes: Changes, { replace = false } = {}): void {
  const next = changed(urlState.peek(), changes);
  const url = `${location.pathname}${writeUrlState(next)}`;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  urlState.value = next;
}

/** The address of the page after a change, for links that can be opened in a tab of their own. */
export function addressAfter(changes: Changes): string {
  const query = writeUrlState(changed(urlState.value, changes));
  return query === '' ? location.pathname : query;
}

import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { VERDICTS } from '../pure/api-types.js';
import { formatCount } from '../pure/format.js';
import { DAY_MEANINGS, dayLook } from '../pure/looks.js';
import { REASONS } from '../pure/reason-text.js';
import { RESOURCE_FILTERS } from '../pure/url-state.js';
import { ChoiceFilter, ClearFilters, TextFilter } from '../parts/filters.js';
import { Panel } from '../parts/panel.js';
import { Time } from '../parts/time.js';
import { urlState } from '../state/location.js';
import { store } from '../state/store.js';
import { DayGrid } from './day-grid.js';

/** The resources, worst first, each with its last days. */
export function ResourcesPanel(): VNode {
  const { error, totalSize, asOf, rows } = store.resources;
  const total = totalSize.value;
  // Another choice is another list: it begins at its top.
  const chosen = RESOURCE_FILTERS.map((name) => urlState.value[name])
    .join(' ')
    .trim();
  const note =
    total !== null &&
    html`<span class="total">${formatCount(total)}</span> match, judged <${Time} time=${asOf.value} />`;
  return html`<${Panel} id="resources" title="Resources by day" note=${note} error=${error.value}>
    <div class="filters" role="search" aria-label="Resources">
      <${TextFilter} name="name" label="Name" />
      <${ChoiceFilter} name="verdict" label="Verdict" values=${VERDICTS} />
      <${ChoiceFilter} name="source" label="Source" values=${sourceIds()} areWords=${false} />
      <${ChoiceFilter} name="reason" label="Reason" values=${REASONS} />
      <${ClearFilters} names=${RESOURCE_FILTERS} />
    </div>
    ${total === null && error.value === null && html`<p class="loading">Loading.</p>`}
    ${total === 0 && html`<p class="nothing">${nothing(chosen !== '')}</p>`}
    ${total !== null && total > 0 && html`<${DayGrid} key=${chosen} rows=${rows.value} total=${total} />`}
    <${Legend} />
  <//>`;
}

function nothing(isFiltered: boolean): string {
  if (isFiltered) return 'No resource matches.';
  const isComplete = store.protection.data.value?.completeness.complete ?? false;
  return isComplete ? 'There are no resources.' : 'No resource is known yet: not all sources could be read.';
}

/** The ids of all sources that the reader sees. */
export function sourceIds(): string[] {
  return Object.keys(store.protection.data.value?.bySource ?? {});
}

function Legend(): VNode {
  return html`<ul class="legend" aria-label="What the days look like">
    ${Object.entries(DAY_MEANINGS).map(
      ([state, meaning]) =>
        html`<li key=${state}>
          <span class="day day-${dayLook(state)}" aria-hidden="true"></span>${meaning}
        </li>`,
    )}
  </ul>`;
}

import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Feed, Source } from '../pure/api-types.js';
import { counted, feedLabel, formatAge, formatCount, formatWord } from '../pure/format.js';
import { sourceState, troubledFeeds, type SourceState } from '../pure/source-state.js';
import { Panel } from '../parts/panel.js';
import { Ago } from '../parts/time.js';
import { Word } from '../parts/word.js';
import { now } from '../state/now.js';
import { isNarrow, store } from '../state/store.js';

/** Each source with the age of what is known of it, and what is wrong. */
export function SourcesPanel(): VNode {
  const { data, error } = store.sources;
  const sources = data.value?.sources ?? [];
  const note = data.value && html`<span class="total">${formatCount(sources.length)}</span> configured`;
  return html`<${Panel}
    id="sources"
    title="Sources"
    note=${note}
    error=${error.value}
    isEmpty=${data.value === null}
  >
    <table class="list" aria-labelledby="sources">
      <thead>
        <tr>
          <th scope="col">Source</th>
          <th scope="col">State</th>
          <th scope="col">Age</th>
          <th scope="col" class="number wide">Tasks</th>
          <th scope="col" class="number wide">Feeds</th>
          ${!isNarrow.value && html`<th scope="col">What is wrong</th>`}
        </tr>
      </thead>
      <tbody>
        ${sources.map((source) => html`<${SourceRow} key=${source.id} source=${source} />`)}
      </tbody>
    </table>
  <//>`;
}

/** On a narrow screen, what is wrong stands below the name of the source. */
function SourceRow({ source }: { readonly source: Source }): VNode {
  const state = sourceState(source);
  const trouble = html`<${Trouble} source=${source} disabledCount=${state.disabledCount} />`;
  return html`<tr data-source=${source.id}>
    <th scope="row">${source.id}<span class="kind">${source.provider}</span> ${isNarrow.value && trouble}</th>
    <td><${Word} word=${state.word} /></td>
    <td class="time"><${Age} state=${state} /></td>
    <td class="number wide">${state.taskCount === null ? '–' : formatCount(state.taskCount)}</td>
    <td class="number wide">${formatCount(source.feeds.length)}</td>
    ${!isNarrow.value && html`<td class="trouble">${trouble}</td>`}
  </tr>`;
}

const MOST_FEEDS = 3;

interface TroubleProps {
  readonly source: Source;
  readonly disabledCount: number;
}

function Trouble({ source, disabledCount }: TroubleProps): VNode {
  const feeds = troubledFeeds(source);
  const hidden = feeds.length - MOST_FEEDS;
  return html`<div>
    ${disabledCount > 0 && html`<span>${counted(disabledCount, 'feed')} not enabled at the upstream. </span>`}
    ${feeds.slice(0, MOST_FEEDS).map((feed) => html`<${FeedTrouble} key=${feed.name} feed=${feed} />`)}
    ${hidden > 0 && html`<span>${counted(hidden, 'more feed')}. </span>`}
    <${NextProbe} source=${source} />
  </div>`;
}

/** The age of the oldest snapshot, which grows while the page waits for the next answer. */
function Age({ state }: { readonly state: SourceState }): VNode {
  if (state.ageSeconds === null) return html`<span class="none">never read</span>`;
  const waited = (now.value.monotonicMs - store.sources.answeredAtMs.value) / 1000;
  return html`<span>${formatAge(state.ageSeconds + Math.max(0, waited))}</span>`;
}

function FeedTrouble({ feed }: { readonly feed: Feed }): VNode {
  const { name, state, reason, cause, httpStatus, upstreamErrorCode } = feed;
  const details = [
    reason,
    // The status that follows says it.
    cause === reason || cause === 'HTTP_STATUS' ? null : cause,
    httpStatus && `HTTP ${httpStatus}`,
    upstreamErrorCode,
  ];
  const why = details.filter((detail) => detail !== null && detail !== 0).join(', ');
  return html`<span class="feed-trouble"
    ><code>${feedLabel(name)}</code> ${formatWord(state)}${why === '' ? '' : `: ${why}`}.
  </span>`;
}

/** When a source whose reads pause is asked again. */
function NextProbe({ source }: { readonly source: Source }): VNode | null {
  const circuits = [source.circuit, ...source.feeds.map(({ circuit }) => circuit)];
  const times = circuits.flatMap(({ nextProbeTime }) => nextProbeTime ?? []).sort();
  const [next] = times;
  if (next === undefined) return null;
  const seconds = Math.ceil((Date.parse(next) - now.value.wallMs) / 1000);
  return seconds > 0
    ? html`<span>Reads pause; the next is in ${counted(seconds, 'second')}.</span>`
    : html`<span>Reads pause; the next was due <${Ago} time=${next} />.</span>`;
}

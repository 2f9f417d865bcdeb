import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Resource } from '../pure/api-types.js';
import { formatCount, formatDuration } from '../pure/format.js';
import { dayLook } from '../pure/looks.js';
import { nameAmong } from '../pure/names.js';
import { ChoiceLink } from '../parts/choice-link.js';
import { Details } from '../parts/details.js';
import { Sentence, Time } from '../parts/time.js';
import { Word } from '../parts/word.js';
import { choose, urlState } from '../state/location.js';
import { store } from '../state/store.js';
import { Facts, type Fact } from './facts.js';
import { dayText } from './grid-row.js';

const close = (): void => {
  choose({ resource: null });
};

/** What is known of the resource that is chosen: its verdict, the reasons, the evidence, its days. */
export function ResourceDetails(): VNode {
  const { data, error } = store.resource;
  const resource = data.value?.id === urlState.value.resource ? data.value : null;
  const title = nameAmong(resource?.name, resource?.resourceId) ?? 'Resource';
  return html`<${Details} title=${title} error=${error.value} onClose=${close}>
    ${resource !== null && html`<${Known} resource=${resource} />`}
  <//>`;
}

function Known({ resource }: { readonly resource: Resource }): VNode {
  const { verdict, reasons, days = [] } = resource;
  return html`<div>
    <p class="details-verdict"><${Word} word=${verdict} /></p>
    <ul class="reasons">
      ${reasons.map(({ code, message }) => html`<li key=${code}><${Sentence} text=${message} /></li>`)}
    </ul>
    <${Facts} facts=${factsOf(resource)} />
    <h3>Last ${days.length} days</h3>
    <ol class="day-list">
      ${days.toReversed().map(
        (day) =>
          html`<li key=${day.date}>
            <span class="day day-${dayLook(day.state)}" aria-hidden="true"></span>
            ${day.taskId === null ? dayText(day) : html`<${ChoiceLink} changes=${{ task: day.taskId }}>${dayText(day)}<//>`}
          </li>`,
      )}
    </ol>
  </div>`;
}

function factsOf(resource: Resource): Fact[] {
  const { source, provider, type, resourceId, expectation, expectedBy, evidence } = resource;
  const { medianDurationSeconds, runningSince, taskCount, lagSeconds } = resource;
  return [
    ['Expectation', expectation],
    ['Next success due by', expectedBy && html`<${Time} time=${expectedBy} />`],
    ['Last success', linkedTime(resource.lastSuccessTime, resource.lastSuccessTask)],
    ['Last failure', linkedTime(resource.lastFailureTime, resource.lastFailureTask)],
    ['Running since', runningSince && html`<${Time} time=${runningSince} />`],
    ['Behind', lagSeconds === null ? null : formatDuration(lagSeconds)],
    ['Usual duration', medianDurationSeconds === null ? null : formatDuration(medianDurationSeconds)],
    ['Tasks', formatCount(taskCount)],
    ['Source', `${source} (${provider})`],
    ['Type', type],
    ['Id', resourceId],
    ['Seen from', evidence.from && html`<${Time} time=${evidence.from} />`],
    ['Seen until', evidence.to && html`<${Time} time=${evidence.to} />`],
    ['Seen whole', evidence.complete ? 'yes' : 'no: a feed is missing, stale or truncated'],
    ['Feeds', evidence.feeds.length === 0 ? null : evidence.feeds.join(', ')],
  ];
}

function linkedTime(time: string | null, task: string | null): VNode | string {
  if (time === null) return 'none known';
  const shown = html`<${Time} time=${time} />`;
  return task === null ? shown : html`<${ChoiceLink} changes=${{ task }}>${shown}<//>`;
}

import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Task } from '../pure/api-types.js';
import { formatDuration, formatWord } from '../pure/format.js';
import { Details } from '../parts/details.js';
import { Time } from '../parts/time.js';
import { Word } from '../parts/word.js';
import { choose, urlState } from '../state/location.js';
import { store } from '../state/store.js';
import { Facts, type Fact } from './facts.js';
import { resourceText } from './task-text.js';

const close = (): void => {
  choose({ task: null });
};

/** What is known of the task that is chosen. */
export function TaskDetails(): VNode {
  const { data, error } = store.task;
  const task = data.value?.id === urlState.value.task ? data.value : null;
  const title = task === null ? 'Task' : `${formatWord(task.type)} of ${resourceText(task)}`;
  return html`<${Details} title=${title} error=${error.value} onClose=${close}>
    ${task !== null && html`<${Known} task=${task} />`}
  <//>`;
}

function Known({ task }: { readonly task: Task }): VNode {
  const { status, error, warnings } = task;
  return html`<div>
    <p class="details-verdict"><${Word} word=${status} /></p>
    ${
      error !== null &&
      html`<h3>Error</h3>
        <p>${withCode(error)}</p>`
    }
    ${
      warnings.length > 0 &&
      html`<h3>Warnings</h3>
        <ul class="reasons">
          ${warnings.map((warning, index) => html`<li key=${index}>${withCode(warning)}</li>`)}
        </ul>`
    }
    <${Facts} facts=${factsOf(task)} />
  </div>`;
}

function withCode({ code, message }: { readonly code: string | null; readonly message: string }): string {
  return code === null ? message : `${message} (${code})`;
}

function factsOf(task: Task): Fact[] {
  const { resource, cluster, trigger, nativeStatus, progressPercent, durationSeconds, lagSeconds } = task;
  return [
    ['Created', timeOf(task.createTime)],
    ['Started', timeOf(task.startTime)],
    ['Ended', timeOf(task.endTime)],
    ['Last changed', timeOf(task.updateTime)],
    ['Duration', durationSeconds === null ? null : formatDuration(durationSeconds)],
    ['Progress', progressPercent === null ? null : `${progressPercent} %`],
    ['Archived up to', timeOf(task.checkpointTime)],
    ['Behind', lagSeconds === null ? null : formatDuration(lagSeconds)],
    ['Trigger', trigger && formatWord(trigger)],
    ['Status at the source', nativeStatus],
    [
      'Resource',
      resource && [resource.name, resource.type, resource.id].filter((text) => text !== null).join(', '),
    ],
    ['Cluster', cluster && [cluster.name, cluster.id].filter((text) => text !== null).join(', ')],
    ['Destination', task.destination],
    ['Feed', task.feed],
    ['Provider', task.provider],
    ['Id', task.id],
  ];
}

function timeOf(time: string | null): VNode | null {
  return time === null ? null : html`<${Time} time=${time} />`;
}

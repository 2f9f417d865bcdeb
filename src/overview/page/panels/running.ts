import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Task } from '../pure/api-types.js';
import { formatCount, formatDuration, formatWord } from '../pure/format.js';
import { ChoiceLink } from '../parts/choice-link.js';
import { Panel } from '../parts/panel.js';
import { Ago } from '../parts/time.js';
import { store } from '../state/store.js';
import { resourceText } from './task-text.js';

/** The tasks that run now, the newest first. */
export function RunningPanel(): VNode {
  const { data, error } = store.running;
  const page = data.value;
  const hidden = page === null ? 0 : page.totalSize - page.tasks.length;
  const note = page && html`<span class="total">${formatCount(page.totalSize)}</span> running`;
  return html`<${Panel}
    id="running"
    title="Running now"
    note=${note}
    error=${error.value}
    isEmpty=${page === null}
  >
    ${page?.tasks.length === 0 && html`<p class="nothing">Nothing is running.</p>`}
    <ul class="running">
      ${page?.tasks.map((task) => html`<${RunningTask} key=${task.id} task=${task} />`)}
    </ul>
    ${
      hidden > 0 &&
      html`<p>
        <${ChoiceLink} changes=${{ status: 'RUNNING' }} leadsTo="tasks"
          >List all ${formatCount(page?.totalSize ?? 0)} below<//
        >
      </p>`
    }
  <//>`;
}

function RunningTask({ task }: { readonly task: Task }): VNode {
  const { id, type, source, startTime, createTime } = task;
  return html`<li>
    <${ChoiceLink} changes=${{ task: id }}>${resourceText(task)}<//>
    <span class="kind">${formatWord(type)}, ${source}</span>
    <span class="since"><${Ago} time=${startTime ?? createTime} none="start not known" /></span>
    <span class="progress"><${Progress} task=${task} /></span>
  </li>`;
}

/** How far the task has come, where the upstream tells it. A stream of logs has no end: it may be behind. */
function Progress({ task: { progressPercent, lagSeconds } }: { readonly task: Task }): VNode {
  if (lagSeconds !== null) return html`<span>${formatDuration(lagSeconds)} behind</span>`;
  if (progressPercent === null) return html`<span class="none">no progress told</span>`;
  return html`<progress max="100" value=${progressPercent} aria-label="Progress"></progress>
    <span>${Math.round(progressPercent)} %</span>`;
}

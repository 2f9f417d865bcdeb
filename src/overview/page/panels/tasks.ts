import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Task, TaskPage } from '../pure/api-types.js';
import { counted, formatCount, formatDuration, formatWord } from '../pure/format.js';
import { TASK_FILTERS } from '../pure/url-state.js';
import { ChoiceLink, goTo } from '../parts/choice-link.js';
import { ChoiceFilter, ClearFilters, TextFilter, TimeFilter } from '../parts/filters.js';
import { Panel } from '../parts/panel.js';
import { Time } from '../parts/time.js';
import { Word } from '../parts/word.js';
import { pageTokens, store, TASK_PAGE_SIZE, turnTo } from '../state/store.js';
import { sourceIds } from './resources.js';
import { resourceText } from './task-text.js';

/** The list of all tasks, newest first, with filters and pages. */
export function TasksPanel(): VNode {
  const { data, error, isOutdated } = store.tasks;
  const page = data.value;
  const note = page && html`<span class="total">${formatCount(page.totalSize)}</span> match`;
  return html`<${Panel} id="tasks" title="Tasks" note=${note} error=${error.value}>
    <${TaskFilters} />
    ${page === null && error.value === null && html`<p class="loading">Loading.</p>`}
    ${page?.totalSize === 0 && html`<p class="nothing">No task matches.</p>`}
    ${page !== null && page.totalSize > 0 && html`<${TaskTable} tasks=${page.tasks} isBusy=${isOutdated.value} />`}
    ${page !== null && html`<${Paging} page=${page} />`}
  <//>`;
}

function TaskFilters(): VNode {
  const providers = store.providers.data.value?.providers ?? [];
  const words = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())].sort();
  const statuses = words(providers.map(({ taskStatuses }) => taskStatuses));
  return html`<div class="filters" role="search" aria-label="Tasks">
    <${TextFilter} name="taskName" label="Resource" />
    <${ChoiceFilter} name="status" label="Status" values=${[...statuses, 'FAILED,TIMED_OUT']} />
    <${ChoiceFilter} name="type" label="Type" values=${words(providers.map(({ taskTypes }) => taskTypes))} />
    <${ChoiceFilter} name="taskSource" label="Source" values=${sourceIds()} areWords=${false} />
    <${ChoiceFilter}
      name="provider"
      label="Provider"
      values=${providers.map(({ id }) => id)}
      areWords=${false}
    />
    <${TimeFilter} name="after" label="Created from" />
    <${TimeFilter} name="before" label="Created before" />
    <${ClearFilters} names=${TASK_FILTERS} />
  </div>`;
}

interface TaskTableProps {
  readonly tasks: readonly Task[];
  readonly isBusy: boolean;
}

function TaskTable({ tasks, isBusy }: TaskTableProps): VNode {
  return html`<table class="list" aria-labelledby="tasks" aria-busy=${isBusy}>
    <thead>
      <tr>
        <th scope="col">Resource</th>
        <th scope="col">Status</th>
        <th scope="col" class="wide">Type</th>
        <th scope="col" class="wide">Source</th>
        <th scope="col">Created</th>
        <th scope="col" class="wide number">Duration</th>
        <th scope="col" class="wide">What went wrong</th>
      </tr>
    </thead>
    <tbody>
      ${tasks.map((task) => html`<${TaskRow} key=${task.id} task=${task} />`)}
    </tbody>
  </table>`;
}

function TaskRow({ task }: { readonly task: Task }): VNode {
  const { id, status, type, source, createTime, durationSeconds } = task;
  return html`<tr data-task=${id}>
    <th scope="row"><${ChoiceLink} changes=${{ task: id }}>${resourceText(task)}<//></th>
    <td><${Word} word=${status} /></td>
    <td class="wide">${formatWord(type)}</td>
    <td class="wide">${source}</td>
    <td class="time"><${Time} time=${createTime} none="not known" /></td>
    <td class="wide number">${durationSeconds === null ? '–' : formatDuration(durationSeconds)}</td>
    <td class="wide trouble">${trouble(task)}</td>
  </tr>`;
}

function trouble({ error, warnings }: Task): string {
  if (error !== null) return error.message;
  return warnings.length === 0 ? '' : counted(warnings.length, 'warning');
}

function Paging({ page }: { readonly page: TaskPage }): VNode {
  const tokens = pageTokens.value;
  const first = tokens.length * TASK_PAGE_SIZE + 1;
  const last = tokens.length * TASK_PAGE_SIZE + page.tasks.length;
  const turn = (to: readonly string[]): void => {
    turnTo(to);
    goTo('tasks');
  };
  return html`<nav class="paging" aria-label="Pages of tasks">
    <button
      type="button"
      disabled=${tokens.length === 0}
      onClick=${() => {
        turn(tokens.slice(0, -1));
      }}
    >
      Previous
    </button>
    <span
      >${page.tasks.length === 0 ? 'No tasks' : `${formatCount(first)}–${formatCount(last)} of ${formatCount(page.totalSize)}`}</span
    >
    <button
      type="button"
      disabled=${page.nextPageToken === ''}
      onClick=${() => {
        turn([...tokens, page.nextPageToken]);
      }}
    >
      Next
    </button>
  </nav>`;
}

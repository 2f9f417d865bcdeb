import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import type {
  Protection,
  ProviderList,
  Resource,
  SourceList,
  Task,
  TaskPage,
  TaskSummary,
} from '../pure/api-types.js';
import { lastDays } from '../pure/failure-days.js';
import { dayOf, readersTimeZone } from '../pure/format.js';
import { isSettling } from '../pure/source-state.js';
import { resourceQuery, taskQuery } from '../pure/url-state.js';
import { LiveAnswer } from './live-answer.js';
import { urlState } from './location.js';
import { now } from './now.js';
import { ResourceWalk } from './resource-walk.js';

const TASKS_A_PAGE = 25;
const RUNNING_SHOWN = 8;
/** True while the window is at most so wide. */
function isAtMost(width: string): ReadonlySignal<boolean> {
  const query = matchMedia(`(max-width: ${width})`);
  const matches = signal(query.matches);
  query.addEventListener('change', () => {
    matches.value = query.matches;
  });
  return matches;
}

/** True where the page is drawn for a phone. */
export const isNarrow = isAtMost('40em');
const isTooNarrowForAMonth = isAtMost('72em');

export const timeZone = readersTimeZone();

/** How many days are shown: phones and tablets have room for two weeks. */
const days = computed(() => (isTooNarrowForAMonth.value ? 14 : 30));

const taskQuestion = computed(() => taskQuery(urlState.value));

/** The tokens of the pages of the list up to the one in view, and the question that they belong to. */
const turned = signal<{ readonly question: string; readonly tokens: readonly string[] }>({
  question: '',
  tokens: [],
});

/** The tokens of the pages up to the one in view; the first page has none. Another question begins anew. */
export const pageTokens = computed(() =>
  turned.value.question === taskQuestion.value ? turned.value.tokens : [],
);

/** Goes to the page of the last of these tokens. */
export function turnTo(tokens: readonly string[]): void {
  turned.value = { question: taskQuestion.peek(), tokens };
}

const today = computed(() => dayOf(now.value.wallMs, timeZone));

/** The days that are shown, oldest first. */
export const shownDays = computed(() => lastDays(today.value, days.value, timeZone));
const summaryStart = computed(() => shownDays.value[0]?.start ?? '');

function at<T>(path: () => string | null, isConstant = false): LiveAnswer<T> {
  return new LiveAnswer<T>(computed(path), isConstant);
}

const zone = `timeZone=${encodeURIComponent(timeZone)}`;

/** All that the page shows, each kept up to date. */
export const store = {
  protection: at<Protection>(() => 'v1/protection'),
  resources: new ResourceWalk(computed(() => resourceQuery(urlState.value, { days: days.value, timeZone }))),
  summary: at<TaskSummary>(
    () =>
      `v1/tasks/summary?groupBy=status&bucket=day&includeEmpty=true&${zone}&createdAfter=${summaryStart.value}`,
  ),
  running: at<TaskPage>(() => `v1/tasks?status=RUNNING&pageSize=${RUNNING_SHOWN}`),
  sources: at<SourceList>(() => 'v1/sources'),
  providers: at<ProviderList>(() => 'v1/providers', true),
  tasks: at<TaskPage>(() => {
    const token = pageTokens.value.at(-1);
    const paging = `pageSize=${TASKS_A_PAGE}${token === undefined ? '' : `&pageToken=${encodeURIComponent(token)}`}`;
    return `v1/tasks?${taskQuestion.value === '' ? '' : `${taskQuestion.value}&`}${paging}`;
  }),
  resource: at<Resource>(() => {
    const { resource } = urlState.value;
    return resource === undefined
      ? null
      : `v1/resources/${encodeURIComponent(resource)}?include=days&days=30&${zone}`;
  }),
  task: at<Task>(() => {
    const { task } = urlState.value;
    return task === undefined ? null : `v1/tasks/${encodeURIComponent(task)}`;
  }),
};

export const TASK_PAGE_SIZE = TASKS_A_PAGE;

/** True while what is shown will soon be another. */
export function isStoreSettling(): boolean {
  return isSettling(store.protection.data.peek(), store.sources.data.peek());
}

// A token may outlive the gateway that made it: the list begins anew.
effect(() => {
  if (store.tasks.error.value?.status === 400 && pageTokens.peek().length > 0) turnTo([]);
});

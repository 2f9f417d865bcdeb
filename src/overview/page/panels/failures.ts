import { html } from 'htm/preact';
import { useRef } from 'preact/hooks';
import type { VNode } from 'preact';
import { counted, formatCount, formatDay } from '../pure/format.js';
import { failureDays, type FailureDay } from '../pure/failure-days.js';
import type { Scrolled } from '../pure/row-window.js';
import { ChoiceLink } from '../parts/choice-link.js';
import { Panel } from '../parts/panel.js';
import { shownDays, store } from '../state/store.js';
import { useGridKeys } from './grid-keys.js';

const BAR_HEIGHT = 64;
const BAR_WIDTH = 10;

/** How many tasks failed on each day. */
export function FailuresPanel(): VNode {
  const { data, error } = store.summary;
  const days = data.value === null ? [] : failureDays(data.value, shownDays.value);
  const failed = days.reduce((sum, day) => sum + day.failed, 0);
  const all = days.reduce((sum, day) => sum + day.all, 0);
  const note = `${formatCount(failed)} of ${counted(all, 'task')} created in ${counted(days.length, 'day')}`;
  return html`<${Panel}
    id="failures"
    title="Failures by day"
    note=${data.value && note}
    error=${error.value}
    isEmpty=${data.value === null}
  >
    <${Bars} days=${days} />
  <//>`;
}

/** One row: it has no other to scroll to. */
const ONE_ROW: Scrolled = { scrollTop: 0, viewHeight: 1, rowHeight: 1, total: 1 };

/** A bar for each day. They are one stop of the Tab key; arrow keys lead from bar to bar. */
function Bars({ days }: { readonly days: readonly FailureDay[] }): VNode {
  const scroller = useRef<HTMLDivElement>(null);
  const lastColumn = days.length - 1;
  const { active, move } = useGridKeys(scroller, { view: ONE_ROW, lastColumn });
  const most = Math.max(1, ...days.map(({ failed }) => failed));
  const reached = Math.min(active.column, lastColumn);
  const placeOf = (column: number): DayBarProps['place'] => ({
    'data-column': column,
    tabindex: column === reached ? 0 : -1,
  });
  return html`<div class="bars-scroll" ref=${scroller}>
    <table class="bars" aria-labelledby="failures" onKeyDown=${move}>
      <thead>
        <tr>
          ${days.map(
            ({ date }) =>
              html`<th key=${date} scope="col" title=${formatDay(date)}>
                <span aria-hidden="true">${Number(date.slice(8))}</span
                ><span class="hidden">${formatDay(date)}</span>
              </th>`,
          )}
        </tr>
      </thead>
      <tbody data-row="0">
        <tr>
          ${days.map(
            (day, column) =>
              html`<${DayBar} key=${day.date} day=${day} most=${most} place=${placeOf(column)} />`,
          )}
        </tr>
      </tbody>
    </table>
  </div>`;
}

interface DayBarProps {
  readonly day: FailureDay;
  readonly most: number;
  /** Its number, and whether the Tab key reaches it. */
  readonly place: { readonly 'data-column': number; readonly tabindex: number };
}

function DayBar({ day, most, place }: DayBarProps): VNode {
  const { failed, all, start, end, isSeen, date } = day;
  const height = failed === 0 ? 1 : Math.max(3, Math.round((failed / most) * BAR_HEIGHT));
  const text = `${formatDay(date)}: ${formatCount(failed)} failed of ${counted(all, 'task')}${isSeen ? '' : '; not all of the day could be seen'}`;
  const changes = { status: 'FAILED,TIMED_OUT', after: start, before: end };
  return html`<td class=${isSeen ? '' : 'unseen'}>
    <${ChoiceLink} changes=${changes} leadsTo="tasks" title=${text} data-date=${date} ...${place}>
      <svg
        class="bar"
        viewBox="0 0 ${BAR_WIDTH} ${BAR_HEIGHT}"
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        <rect
          x="0"
          y=${BAR_HEIGHT - height}
          width=${BAR_WIDTH}
          height=${height}
          class=${failed === 0 ? 'none' : ''}
        />
      </svg>
      <span aria-hidden="true">${failed}</span><span class="hidden">${text}</span>
    <//>
  </td>`;
}

import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { counted, formatCount, formatDay } from '../pure/format.js';
import { failureDays, type FailureDay } from '../pure/failure-days.js';
import { ChoiceLink } from '../parts/choice-link.js';
import { Panel } from '../parts/panel.js';
import { shownDays, store } from '../state/store.js';

const BAR_HEIGHT = 64;
const BAR_WIDTH = 10;

/** How many tasks failed on each day. */
export function FailuresPanel(): VNode {
  const { data, error } = store.summary;
  const days = data.value === null ? [] : failureDays(data.value, shownDays.value);
  const most = Math.max(1, ...days.map(({ failed }) => failed));
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
    ${html`<div class="bars-scroll">
      <table class="bars" aria-labelledby="failures">
        <thead>
          <tr>
            ${days.map(
              (day) =>
                html`<th key=${day.date} scope="col" title=${formatDay(day.date)}>
                  <span aria-hidden="true">${Number(day.date.slice(8))}</span
                  ><span class="hidden">${formatDay(day.date)}</span>
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          <tr>
            ${days.map((day) => html`<${DayBar} key=${day.date} day=${day} most=${most} />`)}
          </tr>
        </tbody>
      </table>
    </div>`}
  <//>`;
}

function DayBar({ day, most }: { readonly day: FailureDay; readonly most: number }): VNode {
  const { failed, all, start, end, isSeen, date } = day;
  const height = failed === 0 ? 1 : Math.max(3, Math.round((failed / most) * BAR_HEIGHT));
  const text = `${formatDay(date)}: ${formatCount(failed)} failed of ${counted(all, 'task')}${isSeen ? '' : '; not all of the day could be seen'}`;
  const changes = { status: 'FAILED,TIMED_OUT', after: start, before: end };
  return html`<td class=${isSeen ? '' : 'unseen'}>
    <${ChoiceLink} changes=${changes} leadsTo="tasks" title=${text} data-date=${date}>
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

import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Day, Resource } from '../pure/api-types.js';
import { counted, formatDay, formatSpan } from '../pure/format.js';
import { nameAmong } from '../pure/names.js';
import { dayLook, DAY_MEANINGS } from '../pure/looks.js';
import { shortReason } from '../pure/reason-text.js';
import { ChoiceLink, linkTo } from '../parts/choice-link.js';
import { Ago } from '../parts/time.js';
import { Word } from '../parts/word.js';
import { isNarrow } from '../state/store.js';

interface GridRowProps {
  readonly index: number;
  readonly resource: Resource;
  /** The column whose cell the Tab key reaches; null in all rows but one. */
  readonly activeColumn: number | null;
}

/** A resource with its verdict, why it has it, and its days. On a narrow screen the verdict stands below the name. */
export function GridRow({ index, resource, activeColumn }: GridRowProps): VNode {
  const { id, name, type, resourceId, verdict, days = [] } = resource;
  const tabindex = (column: number): number => (column === activeColumn ? 0 : -1);
  const why = shortReason(resource);
  const shown = nameAmong(name, resourceId) ?? id;
  return html`<tr data-row=${index} aria-rowindex=${index + 2} data-verdict=${verdict}>
    <th scope="row" class="name">
      <${ChoiceLink}
        changes=${{ resource: id }}
        data-column="0"
        tabindex=${tabindex(0)}
        title=${type === null ? shown : `${shown} (${type})`}
        >${shown}<//
      >
      ${isNarrow.value && html`<${Word} word=${verdict} />`}
    </th>
    ${
      !isNarrow.value &&
      html`<td class="verdict-column"><${Word} word=${verdict} /></td>
        <td class="why" title=${why}>${why}</td>`
    }
    ${days.map((day, index) => dayCell(day, { column: index + 1, tabindex: tabindex(index + 1) }))}
    ${!isNarrow.value && html`<td class="last"><${LastSuccess} resource=${resource} /></td>`}
  </tr>`;
}

/** A stream of logs has no success: what counts is how far it is behind. */
function LastSuccess({ resource }: { readonly resource: Resource }): VNode {
  const { lastSuccessTime, lagSeconds, reasons } = resource;
  if (lagSeconds !== null) return html`<span>${formatSpan(lagSeconds)} behind</span>`;
  const isNever = reasons.some(({ code }) => code === 'NEVER_RUN');
  return html`<${Ago} time=${lastSuccessTime} none=${isNever ? 'never' : 'none known'} />`;
}

interface DayPlace {
  readonly column: number;
  readonly tabindex: number;
}

/** Not a component: there are thirty in each row, and all are drawn with it. */
function dayCell(day: Day, { column, tabindex }: DayPlace): VNode {
  const text = dayText(day);
  const look = { class: `day day-${dayLook(day.state)}`, title: text, 'aria-label': text, tabindex };
  const data = { 'data-column': column, 'data-state': day.state };
  return day.taskId === null || isNarrow.value
    ? html`<td class="day-cell" key=${day.date}><span role="img" ...${look} ...${data}></span></td>`
    : html`<td class="day-cell" key=${day.date}>
        <a ...${look} ...${data} ...${linkTo({ task: day.taskId })}></a>
      </td>`;
}

/** What a day looks like, in words. */
export function dayText({ date, state, count, failed }: Day): string {
  const meaning = (DAY_MEANINGS as Readonly<Record<string, string>>)[state] ?? state;
  const tasks = count === 0 ? '' : `; ${counted(count, 'task')}${failed > 0 ? `, ${failed} failed` : ''}`;
  return `${formatDay(date)}: ${meaning}${tasks}`;
}

/** A row that has not been read yet. */
export function WaitingRow({ index, columns }: { readonly index: number; readonly columns: number }): VNode {
  return html`<tr data-row=${index} aria-rowindex=${index + 2} class="waiting">
    <td colspan=${columns}>Loading</td>
  </tr>`;
}

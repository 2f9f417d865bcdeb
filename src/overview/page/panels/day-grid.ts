import { html } from 'htm/preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject, VNode } from 'preact';
import type { Resource } from '../pure/api-types.js';
import { counted, formatCount, formatDay } from '../pure/format.js';
import { rowWindow, type RowWindow, type Scrolled } from '../pure/row-window.js';
import { isNarrow, store } from '../state/store.js';
import { useGridKeys } from './grid-keys.js';
import { GridRow, WaitingRow } from './grid-row.js';

/** As in style/grid.css. */
const ROW_HEIGHT = { wide: 32, narrow: 52 };
/** Besides the days. */
const COLUMNS = { wide: 4, narrow: 1 };

interface DayGridProps {
  readonly rows: readonly Resource[];
  /** How many resources match; those beyond `rows` are read once the reader scrolls there. */
  readonly total: number;
}

/** The table of resources and days. Only rows in view are in the document. */
export function DayGrid({ rows, total }: DayGridProps): VNode {
  const scroller = useRef<HTMLDivElement>(null);
  const width = isNarrow.value ? 'narrow' : 'wide';
  const { scrolled, measure } = useScrolled(scroller, `${total} ${width}`);
  const view: Scrolled = { ...scrolled, rowHeight: ROW_HEIGHT[width], total };
  const { first, end, spaceBefore, spaceAfter } = rowWindow(view);
  const dates = rows[0]?.days?.map(({ date }) => date) ?? [];
  const { active, move } = useGridKeys(scroller, { view, lastColumn: dates.length });
  useLayoutEffect(() => {
    store.resources.need(end);
  }, [end, rows]);

  const columns = COLUMNS[width] + dates.length;
  const drawn = Array.from({ length: end - first }, (_, offset) => first + offset);
  return html`<div class="grid-scroll" ref=${scroller} onScroll=${measure}>
    <table class="grid" aria-rowcount=${total + 1} aria-labelledby="resources" onKeyDown=${move}>
      <${GridHead} dates=${dates} />
      <tbody>
        <${Space} height=${spaceBefore} columns=${columns} />
        ${drawn.map((index) => {
          const resource = rows[index];
          if (resource === undefined)
            return html`<${WaitingRow} key=${index} index=${index} columns=${columns} />`;
          const activeColumn = active.row === index ? active.column : null;
          return html`<${GridRow} key=${resource.id} ...${{ index, resource, activeColumn }} />`;
        })}
        <${Space} height=${spaceAfter} columns=${columns} />
      </tbody>
    </table>
    <p class="printed">${printedRows({ first, end, total })}</p>
  </div>`;
}

/** Said on paper, which has only the rows that are drawn. */
function printedRows({
  first,
  end,
  total,
}: Pick<RowWindow, 'first' | 'end'> & { readonly total: number }): string {
  const all = counted(total, 'resource');
  if (end - first === total) return `All of ${all}.`;
  return `Rows ${formatCount(first + 1)} to ${formatCount(end)} of ${all}: those that were in view or near it.`;
}

interface ScrolledView {
  readonly scrolled: Pick<Scrolled, 'scrollTop' | 'viewHeight'>;
  /** To be called when the grid was scrolled. */
  readonly measure: () => void;
}

/** Fewer than are drawn beyond the view: most frames of a scroll draw nothing. */
const STEP_ROWS = 8;

/**
 * Where the grid is scrolled to, in steps of some rows. It is measured anew where `size`, which names what its size depends
 * on, changes.
 */
function useScrolled(scroller: RefObject<HTMLElement | null>, size: string): ScrolledView {
  const [scrolled, setScrolled] = useState({ scrollTop: 0, viewHeight: 600 });
  const measure = (): void => {
    const { current } = scroller;
    if (current === null) return;
    const step = STEP_ROWS * ROW_HEIGHT[isNarrow.peek() ? 'narrow' : 'wide'];
    const scrollTop = Math.floor(current.scrollTop / step) * step;
    const viewHeight = viewHeightOf(current);
    setScrolled((before) =>
      before.scrollTop === scrollTop && before.viewHeight === viewHeight ? before : { scrollTop, viewHeight },
    );
  };
  useLayoutEffect(measure, [size]);
  return { scrolled, measure };
}

function viewHeightOf(scroller: HTMLElement): number {
  const head = scroller.querySelector('thead')?.clientHeight ?? 0;
  return Math.max(0, scroller.clientHeight - head);
}

/** Stands for the rows that are not drawn. */
function Space({ height, columns }: { readonly height: number; readonly columns: number }): VNode | null {
  if (height === 0) return null;
  return html`<tr class="space" aria-hidden="true">
    <td colspan=${columns} style=${{ height: `${height}px` }}></td>
  </tr>`;
}

function GridHead({ dates }: { readonly dates: readonly string[] }): VNode {
  return html`<thead>
    <tr aria-rowindex="1">
      <th scope="col" class="name">Resource</th>
      ${
        !isNarrow.value &&
        html`<th scope="col" class="verdict-column">Verdict</th>
          <th scope="col" class="why">Why</th>`
      }
      ${dates.map(
        (date) =>
          html`<th key=${date} scope="col" class=${dayClass(date)} title=${formatDay(date)}>
            <span aria-hidden="true">${Number(date.slice(8))}</span
            ><span class="hidden">${formatDay(date)}</span>
          </th>`,
      )}
      ${!isNarrow.value && html`<th scope="col" class="last">Last success</th>`}
    </tr>
  </thead>`;
}

function dayClass(date: string): string {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return `date${weekday === 0 || weekday === 6 ? ' weekend' : ''}`;
}

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import { scrollTopFor, type Scrolled } from '../pure/row-window.js';

/** A cell that takes part in the walk by arrow keys: column 0 is the name, the days follow. */
interface Place {
  readonly row: number;
  readonly column: number;
}

interface GridSize {
  readonly view: Scrolled;
  readonly lastColumn: number;
}

interface GridKeys {
  /** The cell that the Tab key reaches: the grid is one stop, however many cells it has. */
  readonly active: Place;
  /** Handles a key that was pressed in the grid. */
  readonly move: (event: KeyboardEvent) => void;
}

/** Arrow keys, Home, End and pages move the focus from cell to cell, to rows that are not drawn yet as well. */
export function useGridKeys(
  scroller: RefObject<HTMLElement | null>,
  { view, lastColumn }: GridSize,
): GridKeys {
  const [active, setActive] = useState<Place>({ row: 0, column: 0 });
  const wanted = useRef<Place | null>(null);
  // After each drawing: the cell may have come only now.
  useLayoutEffect(() => {
    if (wanted.current === null || scroller.current === null) return;
    if (focusCell(scroller.current, wanted.current)) wanted.current = null;
  });
  const move = (event: KeyboardEvent): void => {
    const from = placeOf(event.target);
    const page = Math.max(1, Math.floor(view.viewHeight / view.rowHeight));
    const to = from && afterKey(event, from, { lastRow: view.total - 1, lastColumn, page });
    if (to === null || scroller.current === null) return;
    event.preventDefault();
    wanted.current = to;
    setActive(to);
    const { scrollTop } = scroller.current;
    scroller.current.scrollTop = scrollTopFor(to.row, { ...view, scrollTop });
  };
  return { active, move };
}

function placeOf(target: EventTarget | null): Place | null {
  const cell = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-column]') : null;
  const row = cell?.closest<HTMLElement>('[data-row]');
  if (cell === null || !row) return null;
  return { row: Number(row.dataset.row), column: Number(cell.dataset.column) };
}

interface Bounds {
  readonly lastRow: number;
  readonly lastColumn: number;
  /** How many rows "page down" passes. */
  readonly page: number;
}

/** Where a key leads; null for a key that leads nowhere. */
function afterKey(
  event: KeyboardEvent,
  { row, column }: Place,
  { lastRow, lastColumn, page }: Bounds,
): Place | null {
  if (event.altKey || event.metaKey) return null;
  const ends = event.ctrlKey ? { Home: { row: 0, column }, End: { row: lastRow, column } } : null;
  const moves: Readonly<Record<string, Place>> = {
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    PageUp: { row: row - page, column },
    PageDown: { row: row + page, column },
    Home: { row, column: 0 },
    End: { row, column: lastColumn },
    ...ends,
  };
  const to = moves[event.key];
  if (to === undefined) return null;
  const within = (value: number, most: number): number => Math.min(Math.max(0, value), most);
  return { row: within(to.row, lastRow), column: within(to.column, lastColumn) };
}

function focusCell(scroller: HTMLElement, { row, column }: Place): boolean {
  const line = scroller.querySelector(`[data-row="${row}"]`);
  const cell = line?.querySelector<HTMLElement>(`[data-column="${column}"]`) ?? null;
  cell?.focus({ preventScroll: true });
  cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  return cell !== null;
}

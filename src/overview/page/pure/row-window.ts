/** What is known of a list of rows of one height that scrolls, in CSS pixels. */
export interface Scrolled {
  readonly scrollTop: number;
  readonly viewHeight: number;
  readonly rowHeight: number;
  readonly total: number;
}

/** The rows to draw, and the space that stands for the others. */
export interface RowWindow {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  readonly spaceBefore: number;
  readonly spaceAfter: number;
}

/** Rows drawn beyond each edge, so that none is missing while the reader scrolls. */
const SPARE_ROWS = 12;

/** The rows in view, and some around them. It is never more than fits the view, whatever the total. */
export function rowWindow({ scrollTop, viewHeight, rowHeight, total }: Scrolled): RowWindow {
  const inView = Math.ceil(viewHeight / rowHeight);
  const lastFirst = Math.max(0, total - inView);
  const top = Math.min(Math.max(0, Math.floor(scrollTop / rowHeight)), lastFirst);
  const first = Math.max(0, top - SPARE_ROWS);
  const end = Math.min(total, top + inView + 1 + SPARE_ROWS);
  return { first, end, spaceBefore: first * rowHeight, spaceAfter: (total - end) * rowHeight };
}

/** Where to scroll so that a row is whole in view below a head that covers the top; `scrollTop` where it already is. */
export function scrollTopFor(row: number, { scrollTop, viewHeight, rowHeight }: Scrolled): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - viewHeight);
}

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { rowWindow, scrollTopFor } from './row-window.js';

const VIEW = { viewHeight: 480, rowHeight: 32 };

describe('the rows to draw', () => {
  it('are few, however many there are', () => {
    const { first, end } = rowWindow({ ...VIEW, scrollTop: 80_000, total: 5_000 });
    expect(first).toBe(2_488);
    expect(end).toBe(2_528);
  });

  it('are all where all fit', () => {
    expect(rowWindow({ ...VIEW, scrollTop: 0, total: 7 })).toEqual({
      ...{ first: 0, end: 7, spaceBefore: 0, spaceAfter: 0 },
    });
  });

  it('stay in the list where there are fewer rows than before', () => {
    expect(rowWindow({ ...VIEW, scrollTop: 80_000, total: 20 })).toMatchObject({ first: 0, end: 20 });
    expect(rowWindow({ ...VIEW, scrollTop: 80_000, total: 0 })).toMatchObject({ first: 0, end: 0 });
  });

  it('cover the view, and the spaces stand for all others', () => {
    fc.assert(
      fc.property(
        fc.record({
          scrollTop: fc.nat(400_000),
          viewHeight: fc.integer({ min: 1, max: 2_000 }),
          rowHeight: fc.constantFrom(32, 52),
          total: fc.nat(10_000),
        }),
        (scrolled) => {
          const { viewHeight, rowHeight, total } = scrolled;
          const scrollTop = Math.min(scrolled.scrollTop, Math.max(0, total * rowHeight - viewHeight));
          const { first, end, spaceBefore, spaceAfter } = rowWindow({ ...scrolled, scrollTop });
          expect(spaceBefore + (end - first) * rowHeight + spaceAfter).toBe(total * rowHeight);
          expect(spaceBefore).toBeLessThanOrEqual(scrollTop);
          expect(end * rowHeight).toBeGreaterThanOrEqual(Math.min(scrollTop + viewHeight, total * rowHeight));
          expect(end - first).toBeLessThanOrEqual(Math.ceil(viewHeight / rowHeight) + 25);
        },
      ),
    );
  });
});

describe('scrolling to a row', () => {
  const scrolled = { ...VIEW, scrollTop: 320, total: 5_000 };

  it.each([
    [10, 320],
    [15, 320],
    [9, 288],
    [0, 0],
    [25, 352],
  ])('puts row %d whole into view at %d', (row, scrollTop) => {
    expect(scrollTopFor(row, scrolled)).toBe(scrollTop);
  });
});

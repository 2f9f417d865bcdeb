import { describe, expect, it } from 'vitest';
import { DriftLog } from '@/model/drift.js';
import { documentedFields, noteDropped, openRow, type RowShape } from './row-shape.js';

const SHAPE: RowShape = {
  documented: documentedFields(['id', 'times'], {
    status: documentedFields(['phase']),
    items: documentedFields(['id']),
  }),
  identifying: ['id', 'times'],
};

function noted(row: unknown): { counts: object; examples: object } {
  const drift = new DriftLog();
  openRow(row, SHAPE, drift);
  const { counts, examples } = drift;
  return { counts, examples };
}

const NOTHING = { counts: {}, examples: {} };

describe('openRow', () => {
  it.each([
    {},
    { id: 1, times: { any: 'thing' }, status: { phase: 'x' }, items: [{ id: 1 }, 7, null] },
    { status: 'text', items: 'text' },
    { status: null, items: [[{ id: 2 }, { colour: 'red' }]] },
  ])('finds nothing unknown in %j', (row) => {
    expect(noted(row)).toEqual(NOTHING);
  });

  it.each([
    [{ colour: 'red' }, 'colour', 'string'],
    [{ id: 1, status: { phase: 'x', mood: null } }, 'status.mood', 'null'],
    [{ items: [{ id: 1 }, { colour: [] }] }, 'items[].colour', 'array'],
    [JSON.parse('{"__proto__":{}}'), '__proto__', 'object'],
    [{ toString: 1 }, 'toString', 'number'],
    [{ ['x'.repeat(50)]: 1 }, 'string of 50 characters', 'number'],
  ])('finds an unknown field in %j', (row, field, found) => {
    const unknownField = { field, found };
    expect(noted(row)).toEqual({ counts: { unknownField: 1 }, examples: { unknownField } });
  });

  it('accepts lists within lists to any depth', () => {
    const items = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown;
    expect(noted({ items })).toEqual(NOTHING);
  });

  it('counts a row once, however many unknown fields it has', () => {
    expect(noted({ a: 1, b: 2, status: { c: 3 } }).counts).toEqual({ unknownField: 1 });
  });

  it.each([null, 7, 'text', []])('returns null for %j', (row) => {
    expect(openRow(row, SHAPE, new DriftLog())).toBeNull();
  });
});

describe('a row that is left out', () => {
  it.each([
    [null, '(row)', 'null'],
    [[], '(row)', 'array'],
    [{ colour: 'red' }, 'id, times', 'absent'],
  ])('is described by what it lacks: %j', (row, field, found) => {
    const drift = new DriftLog();
    noteDropped(row, SHAPE, drift);
    expect(drift.examples).toEqual({ droppedRow: { field, found } });
  });
});

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { changeBetween, compareRows, isUnchanged } from './change.js';
import type { Task, TaskRow } from './task.js';

const time = fc.option(fc.constantFrom('2024-01-01T00:00:00.000Z', '2024-01-02T00:00:00.000Z'));
const fate = fc.constantFrom('same', 'changed', 'added', 'removed');
const fates = fc.dictionary(fc.string(), fc.record({ fate, before: time, after: time }), { maxKeys: 30 });

function row(id: string, createTime: string | null): TaskRow {
  return { task: { id, createTime } as Task, raw: {} };
}

describe('changeBetween', () => {
  it('lists the rows that were added, removed and changed, also where a row changed its position', () => {
    fc.assert(
      fc.property(fates, (all) => {
        const [before, after]: [TaskRow[], TaskRow[]] = [[], []];
        for (const [id, one] of Object.entries(all)) {
          const old = row(id, one.before);
          if (one.fate !== 'added') before.push(old);
          if (one.fate !== 'removed') after.push(one.fate === 'same' ? old : row(id, one.after));
        }
        const change = changeBetween(before.sort(compareRows), after.sort(compareRows));
        const idsOf = (wanted: string): string[] =>
          Object.keys(all)
            .filter((id) => all[id]?.fate === wanted)
            .sort();
        const sorted = (rows: readonly TaskRow[]): string[] => rows.map(({ task }) => task.id).sort();
        expect(sorted(change.added)).toEqual(idsOf('added'));
        expect(sorted(change.removed)).toEqual(idsOf('removed'));
        expect(sorted(change.changed.map((each) => each.before))).toEqual(idsOf('changed'));
        expect(
          change.changed.every((each) => after.includes(each.after) && before.includes(each.before)),
        ).toBe(true);
        expect(isUnchanged(change)).toBe(Object.values(all).every((one) => one.fate === 'same'));
        expect(change.since).toBe(before);
      }),
    );
  });
});

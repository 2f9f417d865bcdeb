import { describe, expect, it } from 'vitest';
import { JsonText } from '@/model/json-text.js';
import type { TaskRow } from '@/model/task.js';
import { runCooperatively } from '@/scheduling/cooperative.js';
import { eachOnce, keyRows } from './unique-rows.js';

function keysOf(rows: readonly { readonly id: number; readonly more?: string }[]): string[] {
  const steps = keyRows(rows, ({ id }) => String(id), 100);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value.map(({ key }) => key);
  }
}

describe('the rows of a page', () => {
  it('have one key each, the same for equal rows', () => {
    expect(keysOf([{ id: 1 }, { id: 2 }, { id: 1 }])).toEqual(['1', '2', '1']);
  });

  it('have different keys where they differ, although they have one id', () => {
    const rows = [{ id: 1 }, { id: 1, more: 'a' }, { id: 1, more: 'b' }, { id: 1 }, { id: 1, more: 'a' }];
    expect(keysOf(rows)).toEqual(['1', '1#1', '1#2', '1', '1#1']);
  });

  it('have the same key whatever the white space', () => {
    const rows = ['{"a":1}', '{"a": 1}', '{"a":12345678901234567890}', '{"a":12345678901234567891}'];
    const steps = keyRows(
      rows.map((text) => new JsonText(text)),
      () => 'k',
      100,
    );
    expect(steps.next().value).toMatchObject([{ key: 'k' }, { key: 'k' }, { key: 'k#1' }, { key: 'k#2' }]);
  });
});

function row(id: string, version: number): TaskRow {
  return { task: { id }, raw: { version } } as unknown as TaskRow;
}

describe('eachOnce', () => {
  it('keeps the last of several records with one id, where the first of them stood', async () => {
    const rows = [row('a', 1), row('b', 1), row('a', 2), row('c', 1), row('a', 3)];
    expect(await runCooperatively(eachOnce(rows))).toEqual([row('a', 3), row('b', 1), row('c', 1)]);
  });

  it('keeps no rows of none', async () => {
    expect(await runCooperatively(eachOnce([]))).toEqual([]);
  });
});

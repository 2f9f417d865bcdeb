import { describe, expect, it } from 'vitest';
import type { Fields } from '../records/raw.js';
import { UpstreamError } from '../upstream-error.js';
import { findMembers, mostMembers, type MemberReading } from './member-list.js';

const READING: MemberReading = {
  read: (row: Fields) => ({ type: row.text('type'), id: row.text('id'), name: row.text('name') }),
  most: 100,
  signal: new AbortController().signal,
};
const A = { type: 'server', id: 'a', name: 'erp' };
const B = { type: 'server', id: 'b', name: null };

function find(
  rows: readonly unknown[],
  { truncated = false, ...changes }: Partial<MemberReading> & { truncated?: boolean } = {},
): ReturnType<typeof findMembers> {
  const found = rows.map((row) => ({ row, cluster: null }));
  return findMembers({ rows: found, truncated }, { ...READING, ...changes });
}

describe('the members of an inventory', () => {
  it.each([
    { rows: [], truncated: false, members: [], truncation: null },
    { rows: [A, B], truncated: false, members: [A, B], truncation: null },
    { rows: [A], truncated: true, members: [A], truncation: 'LIMIT' },
    { rows: [A, {}], truncated: true, members: [A], truncation: 'MALFORMED' },
    { rows: ['A', A], truncated: false, members: [A], truncation: 'MALFORMED' },
  ])('are those of $rows: $truncation', async ({ rows, truncated, members, truncation }) => {
    expect(await find(rows, { truncated })).toMatchObject({ outcome: 'read', members, truncation });
  });

  it('have the cluster that their rows belong to', async () => {
    const cluster = { id: '5', name: 'main' };
    const { members } = await findMembers({ rows: [{ row: A, cluster }], truncated: false }, READING);
    expect(members).toEqual([{ ...A, cluster }]);
  });

  it('are each there once, in the same order whatever the order of the rows', async () => {
    const disk = { type: 'disk', id: 'a', name: 'data' };
    const { members } = await find([B, A, disk, A, B]);
    expect(members.map(({ type, id }) => `${type} ${id}`)).toEqual(['disk a', 'server a', 'server b']);
    expect((await find([disk, A, B])).members).toEqual(members);
  });

  it('are the same ones each time if there are more than may be kept', async () => {
    const rows = [1, 2, 3, 4, 5].map((id) => ({ type: 'server', id }));
    for (const order of [rows, rows.toReversed()]) {
      const { members, truncation } = await find(order, { most: 3 });
      expect([members.map(({ id }) => id), truncation]).toEqual([['1', '2', '3'], 'LIMIT']);
    }
  });

  it.each([
    [{ type: 'server' }, { field: 'id', found: 'absent' }],
    [{ id: 'x' }, { field: 'type', found: 'absent' }],
    [
      { type: 'server', id: '' },
      { field: 'id', found: 'absent' },
    ],
    [
      { type: 'server', id: 'x'.repeat(257) },
      { field: 'id', found: 'string of 257 characters' },
    ],
    [
      { type: 'x'.repeat(300), id: 'x' },
      { field: 'type', found: 'string of 300 characters' },
    ],
    [17, { field: '(row)', found: 'number' }],
    [null, { field: '(row)', found: 'null' }],
    [[A], { field: '(row)', found: 'array' }],
  ])('are without %j, which nothing identifies, and say so', async (row, droppedRow) => {
    expect(await find([A, row])).toMatchObject({
      members: [A],
      truncation: 'MALFORMED',
      drift: { droppedRow: 1 },
      driftExamples: { droppedRow },
    });
  });

  it('count a field of the wrong type', async () => {
    expect(await find([A, { ...B, name: ['b'] }])).toMatchObject({
      members: [A, B],
      truncation: null,
      drift: { wrongType: 1 },
    });
  });

  it('have names on one line and without secrets', async () => {
    const rows = [
      { ...A, name: 'erp\n01' },
      { ...B, name: 'oss://x?access_key=hunter2' },
    ];
    const names = (await find(rows)).members.map(({ name }) => name);
    expect(names[0]).toBe('erp 01');
    expect(names[1]).not.toContain('hunter2');
  });

  it('cannot be found where there are rows and none names one', async () => {
    await expect(find([{}, 'x'])).rejects.toEqual(new UpstreamError('MALFORMED'));
  });

  it('are looked for no further once the read is aborted', async () => {
    await expect(find([A], { signal: AbortSignal.abort() })).rejects.toMatchObject({ reason: 'TIMEOUT' });
  });

  it('are limited like tasks, and by what can be stored as one value', () => {
    expect([mostMembers({ maxTasksPerFeed: 10 }), mostMembers({ maxTasksPerFeed: 1_000_000 })]).toEqual([
      10, 20_000,
    ]);
  });
});

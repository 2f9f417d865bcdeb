import { describe, expect, it } from 'vitest';
import { findClusters } from './cluster-list.js';
import type { Fields } from '../records/raw.js';
import { UpstreamError } from '../upstream-error.js';

const readCluster = (row: Fields): { id: string | null; name: string | null } => ({
  id: row.text('id'),
  name: row.text('name'),
});
const READING = {
  read: readCluster,
  discovery: { exclude: [], maxClusters: 1_000 },
  signal: new AbortController().signal,
};
const A = { id: 'a', name: 'logs' };

describe('a list of clusters', () => {
  it.each([
    { rows: [], truncated: false, clusters: [], truncation: null },
    { rows: [A], truncated: false, clusters: [A], truncation: null },
    { rows: [A], truncated: true, clusters: [A], truncation: 'LIMIT' },
    { rows: [A, {}], truncated: false, clusters: [A], truncation: 'MALFORMED' },
    { rows: [null, A], truncated: true, clusters: [A], truncation: 'MALFORMED' },
  ])('is of $rows: $truncation', async ({ rows, truncated, ...found }) => {
    expect(await findClusters({ rows, truncated }, READING)).toMatchObject(found);
  });

  it.each(['../../v3/x', 'a/b', 'a\nb', 'a b', '%2e', '\ud800', 'x'.repeat(65), 'ü', '.'])(
    'leaves out a cluster with the id %j, which is no valid one, and counts it',
    async (id) => {
      expect(await findClusters({ rows: [A, { id }], truncated: false }, READING)).toEqual({
        clusters: [A],
        truncation: 'MALFORMED',
        drift: { droppedRow: 1 },
        driftExamples: { droppedRow: { field: 'id', found: `string of ${id.length} characters` } },
      });
    },
  );

  it('is without the clusters that are excluded by id or name', async () => {
    const rows = [
      A,
      { id: 'b', name: 'test-1' },
      { id: 'c', name: null },
      { id: 'test-2' },
      { id: 'd', name: 'Test-3' },
    ];
    const discovery = { exclude: ['test-*', '?'], maxClusters: 1_000 };
    expect(await findClusters({ rows, truncated: false }, { ...READING, discovery })).toMatchObject({
      clusters: [],
      truncation: null,
    });
    const some = { exclude: ['test-?'], maxClusters: 2 };
    expect(await findClusters({ rows, truncated: false }, { ...READING, discovery: some })).toMatchObject({
      clusters: [A, { id: 'c', name: null }],
      truncation: 'LIMIT',
    });
  });

  it('keeps names on one line', async () => {
    const rows = [{ id: 'a', name: 'logs\n\u001b[31mof all' }];
    const { clusters } = await findClusters({ rows, truncated: false }, READING);
    expect(clusters).toEqual([{ id: 'a', name: 'logs [31mof all' }]);
  });

  it('is malformed if no row names a cluster', async () => {
    const list = { rows: [{ uuid: 'a' }], truncated: false };
    await expect(findClusters(list, READING)).rejects.toEqual(new UpstreamError('MALFORMED'));
  });

  it('keeps as many as are allowed, those with the lowest ids, and reports that it is cut', async () => {
    const rows = [10, 9, 100, 2, 30].map((id) => ({ id }));
    expect(
      await findClusters(
        { rows, truncated: false },
        { ...READING, discovery: { exclude: [], maxClusters: 3 } },
      ),
    ).toMatchObject({
      clusters: ['2', '9', '10'].map((id) => ({ id, name: null })),
      truncation: 'LIMIT',
    });
  });

  it('counts a cluster that is listed twice once', async () => {
    const rows = [A, { id: 'b' }, { id: 'a', name: 'renamed' }];
    expect(
      await findClusters(
        { rows, truncated: false },
        { ...READING, discovery: { exclude: [], maxClusters: 2 } },
      ),
    ).toMatchObject({
      clusters: [
        { id: 'a', name: 'renamed' },
        { id: 'b', name: null },
      ],
      truncation: null,
    });
  });

  it('stops once the read is stopped', async () => {
    const list = { rows: [A], truncated: false };
    await expect(findClusters(list, { ...READING, signal: AbortSignal.abort() })).rejects.toEqual(
      new UpstreamError('TIMEOUT'),
    );
  });
});

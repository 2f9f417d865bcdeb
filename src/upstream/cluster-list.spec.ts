import { describe, expect, it } from '@jest/globals';
import { findClusters } from './cluster-list.js';
import type { Fields } from './raw.js';
import { UpstreamError } from './upstream-error.js';

const readCluster = (row: Fields): { id: string | null; name: string | null } => ({
  id: row.text('id'),
  name: row.text('name'),
});
const READING = {
  read: readCluster,
  discovery: { maxClusters: 1_000 },
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
    { rows: [A, { id: 'x'.repeat(257) }], truncated: false, clusters: [A], truncation: 'MALFORMED' },
  ])('is of $rows: $truncation', async ({ rows, truncated, ...found }) => {
    expect(await findClusters({ rows, truncated }, READING)).toEqual(found);
  });

  it('is malformed where no row names a cluster', async () => {
    const list = { rows: [{ uuid: 'a' }], truncated: false };
    await expect(findClusters(list, READING)).rejects.toEqual(new UpstreamError('MALFORMED'));
  });

  it('keeps as many as are allowed, those with the lowest ids, and says that it is cut', async () => {
    const rows = [10, 9, 100, 2, 30].map((id) => ({ id }));
    expect(
      await findClusters({ rows, truncated: false }, { ...READING, discovery: { maxClusters: 3 } }),
    ).toEqual({
      clusters: ['2', '9', '10'].map((id) => ({ id, name: null })),
      truncation: 'LIMIT',
    });
  });

  it('counts a cluster that is listed twice once', async () => {
    const rows = [A, { id: 'b' }, { id: 'a', name: 'renamed' }];
    expect(
      await findClusters({ rows, truncated: false }, { ...READING, discovery: { maxClusters: 2 } }),
    ).toEqual({
      clusters: [
        { id: 'a', name: 'renamed' },
        { id: 'b', name: null },
      ],
      truncation: null,
    });
  });

  it('is given up once the read is stopped', async () => {
    const list = { rows: [A], truncated: false };
    await expect(findClusters(list, { ...READING, signal: AbortSignal.abort() })).rejects.toEqual(
      new UpstreamError('TIMEOUT'),
    );
  });
});

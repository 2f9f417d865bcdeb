import { describe, expect, it } from '@jest/globals';
import { findClusters } from './cluster-list.js';
import type { Fields } from './raw.js';
import { UpstreamError } from './upstream-error.js';

const readCluster = (row: Fields): { id: string | null; name: string | null } => ({
  id: row.text('id'),
  name: row.text('name'),
});
const A = { id: 'a', name: 'logs' };

describe('a list of clusters', () => {
  it.each([
    { rows: [], truncated: false, clusters: [], truncation: null },
    { rows: [A], truncated: false, clusters: [A], truncation: null },
    { rows: [A], truncated: true, clusters: [A], truncation: 'LIMIT' },
    { rows: [A, {}], truncated: false, clusters: [A], truncation: 'MALFORMED' },
    { rows: [null, A], truncated: true, clusters: [A], truncation: 'MALFORMED' },
    { rows: [A, { id: 'x'.repeat(257) }], truncated: false, clusters: [A], truncation: 'MALFORMED' },
  ])('is of $rows: $truncation', ({ rows, truncated, ...found }) => {
    expect(findClusters({ rows, truncated }, readCluster)).toEqual(found);
  });

  it('is malformed where no row names a cluster', () => {
    expect(() => findClusters({ rows: [{ uuid: 'a' }], truncated: false }, readCluster)).toThrow(
      UpstreamError,
    );
  });
});

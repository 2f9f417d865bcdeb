import { describe, expect, it } from '@jest/globals';
import type { ReadFeed } from '@/model/provider.js';
import { parseSnapshotHead, snapshotHead } from './snapshot-head.js';

const READ: ReadFeed = {
  outcome: 'read',
  rows: [],
  truncation: 'MALFORMED',
  coveredSince: null,
  drift: { droppedRow: 2 },
  driftExamples: { droppedRow: { field: '(row)', found: 'null' } },
  bookmark: { any: 'thing' },
};
const HEAD = snapshotHead(READ, 17);

describe('the head of a snapshot', () => {
  it('comes back through JSON as it was', () => {
    expect(parseSnapshotHead(JSON.parse(JSON.stringify(HEAD)))).toEqual(HEAD);
  });

  it.each([
    [false, null],
    [true, 'LIMIT'],
  ])('is read as earlier releases wrote it: truncated %p', (truncated, truncation) => {
    const { truncation: _, driftExamples: _examples, ...rest } = HEAD;
    expect(parseSnapshotHead({ ...rest, truncated })).toEqual({ ...HEAD, truncation, driftExamples: {} });
  });

  it.each([
    { truncation: 'SOMEHOW' },
    { truncation: undefined },
    { fetchTimeMs: 'now' },
    { coveredSince: 0 },
  ])('is none with %j', (part) => {
    expect(parseSnapshotHead({ ...HEAD, ...part })).toBeNull();
  });

  it.each([null, 'text', [], { droppedRow: null }, { droppedRow: { field: 1, found: 'x' } }, { other: {} }])(
    'leaves out examples that are none: %j',
    (driftExamples) => {
      expect(parseSnapshotHead({ ...HEAD, driftExamples })?.driftExamples).toEqual({});
    },
  );
});

import { describe, expect, it } from 'vitest';
import type { FeedAnswer, ProblemState } from '@/model/collection.js';
import { feedName } from '@/model/feed.js';
import { COVERED_SINCE_EVER } from '@/model/provider.js';
import { snapshotOf } from '../../test/support/snapshots.js';
import type { Resource } from './resource.js';
import { SourceEvidence } from './source-evidence.js';

const NOW_MS = Date.parse('2026-11-29T12:00:00.000Z');

function read(key: string): FeedAnswer {
  const feed = feedName('css', key);
  const snapshot = { ...snapshotOf(feed, []), fetchTimeMs: NOW_MS, coveredSince: COVERED_SINCE_EVER };
  return { feed, snapshot, agesFrom: null, problem: null, freshForMs: 1 };
}

function neverRead(key: string, state: ProblemState): FeedAnswer {
  const feed = feedName('css', key);
  const problem = { feed, state, reason: null, lastSuccessTimeMs: null };
  return { feed, snapshot: null, agesFrom: null, problem, freshForMs: 1 };
}

function resourceIn(clusterId: string | null, resourceId: string | null = clusterId): Resource {
  const cluster = clusterId === null ? null : { id: clusterId, name: null };
  return {
    ...{ id: 'css.css-cluster.x', source: 'css', provider: 'huawei-css', type: 'css-cluster', resourceId },
    ...{ name: null, cluster, region: null, projectId: null, rows: [] },
  };
}

function feedsOf(evidence: SourceEvidence, resource: Resource): readonly string[] {
  return evidence.at(evidence.placeOf(resource)).map(({ feed, state }) => `${feed} ${state}`);
}

describe('the evidence on a resource', () => {
  const evidence = new SourceEvidence(
    [read('ok'), neverRead('hang', 'LOADING'), neverRead('bad', 'FAILED'), read('-'), read('50%')],
    [feedName('css', 'dis')],
    null,
  );

  it.each([
    ['ok', 'sources/css/feeds/ok FRESH'],
    ['hang', 'sources/css/feeds/hang LOADING'],
    ['bad', 'sources/css/feeds/bad FAILED'],
    ['dis', 'sources/css/feeds/dis DISABLED'],
    ['-', 'sources/css/feeds/%2D FRESH'],
    ['50%', 'sources/css/feeds/50%25 FRESH'],
  ])('is the feed of its cluster, read or not: %s', (cluster, feed) => {
    expect(feedsOf(evidence, resourceIn(cluster))).toEqual([feed]);
    expect(feedsOf(evidence, resourceIn(null, cluster))).toEqual([feed]);
    expect(feedsOf(evidence, resourceIn(cluster, 'tenant'))).toEqual([feed]);
  });

  it('is all feeds that answers are made of where none is known to be its own', () => {
    for (const resource of [resourceIn('other'), resourceIn(null, null)]) {
      expect(feedsOf(evidence, resource)).toHaveLength(5);
      expect(feedsOf(evidence, resource).join()).not.toContain('DISABLED');
    }
  });

  it('is what stands for all feeds of a source while they cannot be listed', () => {
    const unlisted = { ...neverRead('x', 'LOADING'), feed: 'sources/css/feeds/-' };
    const unknown = new SourceEvidence([unlisted], [], null);
    expect(feedsOf(unknown, resourceIn('-'))).toEqual(['sources/css/feeds/- LOADING']);
  });

  it('is the answer of a feed that has just been enabled', () => {
    const enabled = new SourceEvidence([read('dis')], [feedName('css', 'dis')], null);
    expect(feedsOf(enabled, resourceIn('dis'))).toEqual(['sources/css/feeds/dis FRESH']);
  });

  it('is another one once a feed is enabled', () => {
    const disabled = [feedName('css', 'dis')];
    const before = new SourceEvidence([read('ok')], disabled, null);
    const changesTo = (now: SourceEvidence): unknown => now.changesSince(before);
    expect(changesTo(new SourceEvidence([read('ok')], disabled, null))).toEqual(['NONE', 'NONE', 'NONE']);
    const after = new SourceEvidence([read('ok'), read('dis')], [], null);
    expect(changesTo(after)).toEqual(['OTHER', 'NONE', 'OTHER']);
    expect(changesTo(new SourceEvidence([read('dis'), read('ok')], [], null))).toBeNull();
  });
});

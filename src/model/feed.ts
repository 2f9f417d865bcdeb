import type { SourceCluster, SourceConfig } from './source.js';

/** One upstream list inside a source: the unit of fetching, caching, freshness and failure. */
export interface Feed {
  /** `sources/{source}/feeds/{key}` */
  readonly name: string;
  readonly provider: string;
  readonly source: string;
  /** The cluster id, or `operation-logs`. */
  readonly key: string;
  /** The cluster that this feed lists, where a feed belongs to one. */
  readonly cluster: FeedCluster | null;
}

export interface FeedCluster {
  readonly id: string;
  readonly name: string | null;
}

/** The full name of a feed. */
export function feedName(source: string, key: string): string {
  return `sources/${source}/feeds/${key}`;
}

/**
 * The name under which a source's feeds are reported while they cannot even be listed: `-` is the
 * wildcard of resource names (Google AIP-159).
 */
export function allFeedsName(source: string): string {
  return feedName(source, '-');
}

/** One feed for each cluster; of clusters with one id, the last. */
export function clusterFeeds(
  { id: source, provider }: Pick<SourceConfig, 'id' | 'provider'>,
  clusters: readonly SourceCluster[],
): Feed[] {
  const byId = new Map(clusters.map((cluster) => [cluster.id, cluster]));
  return [...byId.values()].map((cluster) => ({
    name: feedName(source, cluster.id),
    provider,
    source,
    key: cluster.id,
    cluster,
  }));
}

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

/** The wildcard of resource names (Google AIP-159). */
const WILDCARD = '-';

/** The full name of a feed. No key shares its name with another, nor with the wildcard. */
export function feedName(source: string, key: string): string {
  const segment = key === WILDCARD ? '%2D' : key.replaceAll('%', '%25');
  return `sources/${source}/feeds/${segment}`;
}

/** The key of a feed, by its full name; null for a source's feeds together. */
export function keyOfFeed(name: string): string | null {
  if (isAllFeeds(name)) return null;
  const segment = name.split('/').slice(3).join('/');
  return segment === '%2D' ? WILDCARD : segment.replaceAll('%25', '%');
}

/** The name under which a source's feeds are reported while they cannot even be listed. */
export function allFeedsName(source: string): string {
  return `sources/${source}/feeds/${WILDCARD}`;
}

/** The source of a feed, or of a source's feeds together, by its full name; null for a text that is no such name. */
export function sourceOfFeed(name: string): string | null {
  return name.split('/')[1] ?? null;
}

/** True for the name under which all feeds of a source are reported together. */
export function isAllFeeds(name: string): boolean {
  return name.endsWith(`/feeds/${WILDCARD}`);
}

/** Names are for people; nothing is found by them. */
const LONGEST_CLUSTER_NAME = 256;

/** One feed for each cluster; of clusters with one id, the last. Of a name, the beginning is kept. */
export function clusterFeeds(
  { id: source, provider }: Pick<SourceConfig, 'id' | 'provider'>,
  clusters: readonly SourceCluster[],
): Feed[] {
  const byId = new Map(clusters.map(({ id, name }) => [id, { id, name: shorten(name) }]));
  return [...byId.values()].map((cluster) => ({
    name: feedName(source, cluster.id),
    provider,
    source,
    key: cluster.id,
    cluster,
  }));
}

function shorten(name: string | null): string | null {
  return name !== null && name.length > LONGEST_CLUSTER_NAME
    ? name.slice(0, LONGEST_CLUSTER_NAME).toWellFormed()
    : name;
}

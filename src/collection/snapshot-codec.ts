import { createHash } from 'node:crypto';
import { shownName } from '@/model/shown-name.js';
import { DRIFT_KINDS, type DriftCounts, type DriftExample, type DriftExamples } from '@/model/drift.js';
import { allFeedsName, feedName, type Feed } from '@/model/feed.js';
import { LARGEST_INVENTORY, LONGEST_MEMBER_ID, type InventoryMember } from '@/model/listed-resource.js';
import type { ListedFeeds, ReadFeed, ReadInventory } from '@/model/provider.js';
import { CLUSTER_ID, type SourceConfig } from '@/model/source.js';
import { isEpochMs, parseTime } from '@/model/time.js';
import { TRUNCATIONS, type Truncation } from '@/model/failure.js';

/** Everything of a snapshot but its rows, as the store keeps it. */
export interface SnapshotHead extends Omit<ReadFeed, 'outcome' | 'rows'> {
  /** When the read ended, epoch milliseconds. */
  readonly fetchTimeMs: number;
}

/** A source's list of feeds, as the store keeps it. */
export interface FeedListHead extends Omit<ListedFeeds, 'outcome'> {
  /** When the listing ended, epoch milliseconds. */
  readonly fetchTimeMs: number;
}

/** An inventory, as the store keeps it. */
export interface InventoryHead extends Omit<ReadInventory, 'outcome'> {
  /** When the read ended, epoch milliseconds. */
  readonly fetchTimeMs: number;
}

/** Where the content of a feed comes from. */
export interface FeedOrigin {
  readonly source: SourceConfig;
  /** Without secrets, so that a new password or token finds what is in the store. */
  readonly account: readonly string[];
}

export function snapshotHead(read: ReadFeed, fetchTimeMs: number): SnapshotHead {
  const { truncation, coveredSince, drift, driftExamples, bookmark } = read;
  return { fetchTimeMs, truncation, coveredSince, drift, driftExamples, bookmark };
}

/** null for anything that is not the head of a snapshot. */
export function parseSnapshotHead(head: unknown): SnapshotHead | null {
  if (typeof head !== 'object' || head === null) return null;
  const { fetchTimeMs, coveredSince, drift, driftExamples, bookmark } = head as Record<string, unknown>;
  const truncation = parseTruncation(head);
  if (!isEpochMs(fetchTimeMs) || truncation === undefined) return null;
  if (coveredSince !== null && !isTime(coveredSince)) return null;
  return {
    fetchTimeMs,
    truncation,
    coveredSince,
    drift: parseDrift(drift),
    driftExamples: parseExamples(driftExamples),
    bookmark,
  };
}

/** null for anything but a list of feeds that this source may find: the store is trusted no more than a listing. */
export function parseFeedListHead(head: unknown, source: SourceConfig): FeedListHead | null {
  if (typeof head !== 'object' || head === null) return null;
  const { feeds, fetchTimeMs, drift, driftExamples } = head as Partial<Record<keyof FeedListHead, unknown>>;
  const truncation = parseTruncation(head);
  if (!isFeedList(feeds, source) || truncation === undefined || !isEpochMs(fetchTimeMs)) return null;
  const drifted = { drift: parseDrift(drift), driftExamples: parseExamples(driftExamples) };
  return { feeds, truncation, fetchTimeMs, ...drifted };
}

/** null for anything but an inventory as a reader may tell it. */
export function parseInventoryHead(head: unknown): InventoryHead | null {
  if (typeof head !== 'object' || head === null) return null;
  const { members, fetchTimeMs, drift, driftExamples } = head as Partial<
    Record<keyof InventoryHead, unknown>
  >;
  const truncation = parseTruncation(head);
  if (!isMemberList(members) || truncation === undefined || !isEpochMs(fetchTimeMs)) return null;
  const drifted = { drift: parseDrift(drift), driftExamples: parseExamples(driftExamples) };
  return { members, truncation, fetchTimeMs, ...drifted };
}

/**
 * The name of a feed in the store. It differs between gateways whose configurations read different things under the
 * same feed name: the content depends on the endpoint, the project, the account and how much is read.
 */
export function storeNameOfFeed(feed: Feed, origin: FeedOrigin): string {
  return `${feed.name}@${digest([...partsOf(origin), feed.cluster])}`;
}

/** The name of a source's list of feeds in the store. The clusters in it also depend on `discovery`. */
export function storeNameOfList(origin: FeedOrigin): string {
  const { id, discovery } = origin.source;
  return `${allFeedsName(id)}@${digest([...partsOf(origin), discovery])}`;
}

/** The name of an inventory in the store. What is in it may also depend on which clusters there are. */
export function storeNameOfInventory(name: string, origin: FeedOrigin): string {
  const { clusters, discovery } = origin.source;
  return `${name}@${digest([...partsOf(origin), 'inventory', clusters, discovery])}`;
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 40 && parseTime(value) !== null;
}

/** undefined if the head does not say. Earlier releases wrote `truncated` only. */
function parseTruncation(head: object): Truncation | null | undefined {
  const { truncation, truncated } = head as { truncation?: unknown; truncated?: unknown };
  if (typeof truncated === 'boolean') return truncated ? 'LIMIT' : null;
  return truncation === null ? null : TRUNCATIONS.find((one) => one === truncation);
}

/** Leaves out whatever is not a count of a known kind. */
function parseDrift(drift: unknown): DriftCounts {
  const counts = (drift ?? {}) as Record<string, unknown>;
  const known = DRIFT_KINDS.filter((kind) => Number.isFinite(counts[kind]));
  return Object.fromEntries(known.map((kind) => [kind, counts[kind] as number]));
}

/** Earlier releases wrote none. */
function parseExamples(examples: unknown): DriftExamples {
  const found = (examples ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    DRIFT_KINDS.flatMap((kind) => {
      const example = found[kind];
      return isExample(example) ? [[kind, example]] : [];
    }),
  );
}

function isExample(value: unknown): value is DriftExample {
  if (typeof value !== 'object' || value === null) return false;
  const { field, found } = value as Partial<Record<keyof DriftExample, unknown>>;
  return typeof field === 'string' && typeof found === 'string';
}

function isFeedList(feeds: unknown, source: SourceConfig): feeds is readonly Feed[] {
  if (!Array.isArray(feeds) || feeds.length > source.discovery.maxClusters) return false;
  return feeds.every((feed) => isClusterFeed(feed, source));
}

/** True for the feed of a cluster that this source may find. */
function isClusterFeed(value: unknown, { id, provider }: SourceConfig): value is Feed {
  if (typeof value !== 'object' || value === null) return false;
  const feed = value as Partial<Record<keyof Feed, unknown>>;
  if (feed.source !== id || feed.provider !== provider) return false;
  const { key, name, cluster } = feed;
  if (typeof key !== 'string' || !CLUSTER_ID.test(key) || name !== feedName(id, key)) return false;
  return isClusterWithId(cluster, key);
}

function isClusterWithId(cluster: unknown, key: string): boolean {
  if (cluster === null) return true;
  const { id, name } = Object(cluster) as { readonly id?: unknown; readonly name?: unknown };
  return id === key && isName(name);
}

function isMemberList(members: unknown): members is readonly InventoryMember[] {
  return Array.isArray(members) && members.length <= LARGEST_INVENTORY && members.every(isMember);
}

function isMember(value: unknown): value is InventoryMember {
  const { type, id, name, cluster } = Object(value) as Partial<Record<keyof InventoryMember, unknown>>;
  if (!isMemberId(type) || !isMemberId(id) || !isName(name)) return false;
  const clusterId: unknown = cluster === null ? '' : (Object(cluster) as { readonly id?: unknown }).id;
  return typeof clusterId === 'string' && isClusterWithId(cluster, clusterId);
}

function isMemberId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_MEMBER_ID;
}

function isName(name: unknown): name is string | null {
  return name === null || (typeof name === 'string' && shownName(name) === name);
}

function partsOf({ source, account }: FeedOrigin): unknown[] {
  const { provider, endpoint, region, projectId, enterpriseProjectId, windowMs, maxTasksPerFeed } = source;
  return [provider, endpoint, region, projectId, enterpriseProjectId, windowMs, maxTasksPerFeed, account];
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

import type { DriftCounts, DriftExamples } from './drift.js';
import type { Failure, Truncation } from './failure.js';
import type { Feed } from './feed.js';
import type { InventoryMember } from './listed-resource.js';
import type { ProviderSettings, SourceConfig } from './source.js';
import type { TaskResource, TaskRow, TaskStatus, TaskType } from './task.js';

/** What accompanies one read down to the socket. */
export interface ReadContext {
  /** Aborted when the read must stop; every wait and call honours it. */
  readonly signal: AbortSignal;
  /** Called once before each upstream call. */
  readonly onCall: () => void;
  /** The newest read of the same feed, here or in another replica; null when there is none. */
  readonly previous: PreviousRead | null;
  /** The rows of `previous`, where a whole list is read: a record that comes again need not be kept twice. */
  readonly known?: KnownRecords;
}

/** Rows by the texts of their records, each of which is a `JsonText`. */
export type KnownRecords = ReadonlyMap<string, TaskRow>;

/** What the previous read has brought, for providers that do not read or normalise the whole feed every time. */
export interface PreviousRead extends Omit<ReadFeed, 'outcome' | 'coveredSince'> {
  /** True if this process normalised the rows, for this very feed: the same record would give the same row. */
  readonly isReusable?: boolean;
}

/** A feed read whole, or one of a closed set of failures. A provider never throws across its port. */
export type FeedRead = ReadFeed | FailedRead;

export interface ReadFeed {
  readonly outcome: 'read';
  /** Each task once, in no promised order. */
  readonly rows: readonly TaskRow[];
  /** What keeps the read from being whole; null when it is. */
  readonly truncation: Truncation | null;
  /** All tasks created from this time on are in `rows`; null when that cannot be vouched for. */
  readonly coveredSince: string | null;
  /** Of all rows, and of those left out. */
  readonly drift: DriftCounts;
  readonly driftExamples: DriftExamples;
  /** JSON of the provider's own, handed back as `previous.bookmark` at the next read; null where it needs none. */
  readonly bookmark: unknown;
}

export interface FailedRead {
  readonly outcome: 'failed';
  readonly failure: Failure;
}

/** A source's feeds, or why they could not be listed. */
export type FeedListing = ListedFeeds | FailedRead;

export interface ListedFeeds {
  readonly outcome: 'listed';
  readonly feeds: readonly Feed[];
  /** What keeps the list of feeds from being whole; null when it is. */
  readonly truncation: Truncation | null;
  /** Of the rows that the feeds were found in; absent where there were none. */
  readonly drift?: DriftCounts;
  readonly driftExamples?: DriftExamples;
}

/** An inventory read whole, or why it could not be read. */
export type InventoryRead = ReadInventory | FailedRead;

export interface ReadInventory {
  readonly outcome: 'read';
  /** Each resource once. */
  readonly members: readonly InventoryMember[];
  /** What keeps the inventory from being whole; null when it is. */
  readonly truncation: Truncation | null;
  readonly drift: DriftCounts;
  readonly driftExamples: DriftExamples;
}

/** A list of what the upstream protects or could protect, whether or not there are tasks about it. */
export interface InventoryReader {
  /** The key of its feed, such as `vaults`. */
  readonly key: string;
  read(context: ReadContext): Promise<InventoryRead>;
}

/** An open connection to one source. */
export interface SourceReader {
  /** The feeds, if they are known without asking the upstream; absent if `listFeeds` must find them. */
  readonly knownFeeds?: readonly Feed[];
  /** The type that tasks give a cluster as their resource; absent where feeds belong to no clusters. */
  readonly clusterType?: string;
  /** Read only where the configuration of the source asks for it; absent where the upstream has none. */
  readonly inventory?: InventoryReader;
  listFeeds(context: ReadContext): Promise<FeedListing>;
  readFeed(feed: Feed, context: ReadContext): Promise<FeedRead>;
}

/** What the catalogue (`/v1/providers`) tells of a provider. */
export interface ProviderDescription {
  readonly id: string;
  readonly title: string;
  /** What the upstream itself can filter by; Tributary filters by everything. */
  readonly upstreamFilters: readonly string[];
  /** How the upstream pages its list, in a sentence. */
  readonly paging: string;
  readonly taskTypes: readonly TaskType[];
  readonly taskStatuses: readonly TaskStatus[];
}

/** A kind of upstream system. */
export interface Provider {
  readonly settings: ProviderSettings;
  readonly description: ProviderDescription;
  connect(source: SourceConfig): SourceReader;
  /** The resources that a task of type REMOVE_RESOURCE names in its record, besides its own; absent: none ever. */
  readonly removedResources?: (row: TaskRow) => readonly TaskResource[];
  /** The vault that a task is about, by its record; absent: the upstream has no vaults. */
  readonly vaultOf?: (row: TaskRow) => TaskVault;
}

/** A vault as a record names it. Names are not unique. */
export interface TaskVault {
  readonly id: string | null;
  readonly name: string | null;
}

/** What a provider reads in the records of tasks about removals. */
export type RemovalReader = Pick<Provider, 'removedResources' | 'vaultOf'>;

/** Where coverage of a feed that is read whole begins. */
export const COVERED_SINCE_EVER = '1970-01-01T00:00:00.000Z';

/** Injection token of all providers there are. */
export const PROVIDERS = Symbol('PROVIDERS');

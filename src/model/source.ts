import type { Egress } from './egress.js';

/** How a source authenticates to its upstream: a type that its provider takes, and the values of that type's keys. */
export interface Credentials {
  readonly type: string;
  /** null: an optional key that is left out. */
  readonly [key: string]: string | null;
}

/** One type of credentials that a provider takes. The YAML check, its JSON Schema and its documentation are built from it. */
export interface CredentialType {
  /** As `credentials.type` has it. */
  readonly type: string;
  readonly keys: Readonly<Record<string, CredentialKey>>;
}

/** One key of a type of credentials; its value is a text. */
export interface CredentialKey {
  readonly description: string;
  readonly example: string;
  /** What the value may be, in words that follow "use". */
  readonly allowed: string;
  /** The whole value must match it; `url`: the base URL of a service. */
  readonly pattern: RegExp | 'url';
  /** True: its value is shown nowhere. */
  readonly isSecret?: true;
  /** True: its value says which account it is. Sources with different accounts share no snapshots. */
  readonly isAccount?: true;
  readonly isOptional?: true;
}

/** Credentials of one type, as the check of the configuration leaves them. */
export type CredentialsOf<T extends CredentialType> = { readonly type: T['type'] } & {
  readonly [K in keyof T['keys']]: T['keys'][K] extends { isOptional: true } ? string | null : string;
};

/** Upstream calls allowed in a window of time. */
export interface CallRate {
  readonly calls: number;
  readonly perMs: number;
}

/** One configured connection, checked and with every default filled in. */
export interface SourceConfig {
  readonly id: string;
  readonly provider: string;
  /** Base URL without a trailing slash. */
  readonly endpoint: string;
  readonly region: string | null;
  readonly projectId: string | null;
  /** null: found by listing the clusters. */
  readonly clusters: readonly SourceCluster[] | null;
  /** How clusters that the configuration does not name are found. */
  readonly discovery: Discovery;
  readonly credentials: Credentials;
  /** The longest one upstream call may take. */
  readonly timeoutMs: number;
  /** Upstream calls at once. */
  readonly concurrency: number;
  /** null: unlimited. */
  readonly rate: CallRate | null;
  readonly maxTasksPerFeed: number;
  readonly freshForMs: number;
  readonly keepForMs: number;
  /** Reads that callers force keep at least this distance. */
  readonly minRefreshMs: number;
  /** True: kept fresh whether or not anyone asks. */
  readonly keepWarm: boolean;
  readonly windowMs: number;
  readonly enterpriseProjectId: string;
  /** True: the resources that the upstream protects are read as well, backed up or not. */
  readonly hasInventory: boolean;
  /** For the log-ins of the source, too. */
  readonly egress: Egress;
}

export interface Discovery {
  /** Clusters whose id or name one of these patterns matches (`*` and `?`) are left out. */
  readonly exclude: readonly string[];
  /** No more clusters than this are read. */
  readonly maxClusters: number;
}

/** The largest `maxClusters`; it bounds the walk of a list of clusters that never ends. */
export const LARGEST_MAX_CLUSTERS = 10_000;

/** What a cluster id may be, configured or found: it goes into paths and names. */
export const CLUSTER_ID = /^[A-Za-z0-9_-]{1,64}$/;

export interface SourceCluster {
  readonly id: string;
  readonly name: string | null;
}

/** What a provider demands of a source's configuration. The YAML check and its JSON Schema are built from it. */
export interface ProviderSettings {
  readonly id: string;
  readonly title: string;
  /** The types of credentials that it takes; each type once. */
  readonly credentials: readonly CredentialType[];
  /** True when every call carries a project id. */
  readonly needsProjectId: boolean;
  /** True when the source has one feed a cluster, so `clusters` may be named. */
  readonly hasClusters: boolean;
  /** True when the feed is read by `window`. */
  readonly hasWindow: boolean;
  /** True when calls carry an enterprise project id. */
  readonly hasEnterpriseProject: boolean;
  /** True when its readers have an inventory. */
  readonly hasInventory: boolean;
}

/** The account that a source's credentials belong to, without secrets; empty where they name none, as a token does. */
export function accountOf({ credentials }: SourceConfig, { credentials: types }: ProviderSettings): string[] {
  const keys = types.find(({ type }) => type === credentials.type)?.keys ?? {};
  const names = Object.keys(keys).filter((name) => keys[name]?.isAccount);
  return names.map((name) => credentials[name] ?? '');
}

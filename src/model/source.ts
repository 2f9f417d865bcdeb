import type { Egress } from './egress.js';

/** How a source proves who it is. `aksk` means SDK-HMAC-SHA256 at Huawei and OCP-ACCESS-KEY-HMACSHA1 at OCP. */
export type Credentials = AkskCredentials | TokenCredentials | PasswordCredentials | BasicCredentials;

export interface AkskCredentials {
  readonly type: 'aksk';
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken: string | null;
}

export interface TokenCredentials {
  readonly type: 'token';
  readonly token: string;
}

export interface PasswordCredentials {
  readonly type: 'password';
  readonly iamEndpoint: string;
  readonly domain: string;
  readonly username: string;
  readonly password: string;
}

export interface BasicCredentials {
  readonly type: 'basic';
  readonly username: string;
  readonly password: string;
}

export type CredentialType = Credentials['type'];

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
  readonly credentials: readonly CredentialType[];
  /** True when every call carries a project id. */
  readonly needsProjectId: boolean;
  /** True when the source has one feed a cluster, so `clusters` may be named. */
  readonly hasClusters: boolean;
  /** True when the feed is read by `window`. */
  readonly hasWindow: boolean;
  /** True when calls carry an enterprise project id. */
  readonly hasEnterpriseProject: boolean;
}

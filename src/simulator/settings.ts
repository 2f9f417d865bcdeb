import type { Faults } from './faults/fault.js';
import type { RowOrder } from './fleet/row-list.js';

export const UPSTREAM_NAMES = ['css', 'cbr', 'cce', 'ocp', 'iam'] as const;
export type UpstreamName = (typeof UPSTREAM_NAMES)[number];

/** Everything a running simulator can be told. Mutable: a change takes effect on the next call. */
export interface SimulatorSettings {
  /** The same seed and clock give the same fleet, life and answers. */
  seed: number;
  /** Epoch milliseconds. */
  clock: () => number;
  /** Read once, at the start. */
  host: string;
  /** Read once, at the start; 0 takes a free port. */
  ports: Record<UpstreamName, number>;
  /** Read once, at the start; `empty` leaves the filling to the test. */
  fleet: FleetSizes | 'empty';
  /**
   * Read once, at the start: adds the resources of `fleet/protection-cases.ts`. No other resource is taken out of its
   * protection then.
   */
  protectionCases: boolean;
  life: LifeSettings;
  accounts: Accounts;
  /** What each upstream suffers from (see `faults/exchange.ts`). `refuse` is set through `Simulator.setFault`, which closes and reopens the listener. */
  faults: Record<UpstreamName, Faults>;
  css: CssSettings;
  cbr: CbrSettings;
  cce: CceSettings;
  ocp: OcpSettings;
  iam: UpstreamSettings;
}

export interface FleetSizes {
  cssClusters: number;
  cssRowsPerCluster: number;
  cbrRows: number;
  cceClusters: number;
  cceRowsPerCluster: number;
  ocpTenants: number;
}

export interface LifeSettings {
  /** 0 freezes all tasks, 1 is the pace of a real fleet, 10 is ten times as fast. */
  rate: number;
}

/** Who may log in. Huawei's four services and IAM share `project`, `users`, `tokens` and `accessKeys`. */
export interface Accounts {
  project: { id: string; name: string };
  domain: string;
  users: { name: string; password: string }[];
  /** X-Auth-Token values that never expire. */
  tokens: string[];
  accessKeys: HuaweiAccessKey[];
  /** How long a token issued by IAM lives. */
  tokenLifetimeMs: number;
  /** Characters of a token issued by IAM; real ones reach 32768. */
  tokenLength: number;
  ocpUsers: { name: string; password: string }[];
  ocpAccessKeys: { accessKey: string; secretKey: string }[];
}

export interface HuaweiAccessKey {
  accessKey: string;
  secretKey: string;
  /** Set for a temporary key, whose calls must carry it as X-Security-Token. */
  securityToken: string | null;
}

export interface UpstreamSettings {
  /** Waited before each answer. */
  latencyMs: number;
  /** Calls beyond it are throttled; null never throttles. */
  rateLimit: RateLimit | null;
}

export interface RateLimit {
  calls: number;
  perMs: number;
}

export interface FeedSettings extends UpstreamSettings {
  /** The order of a feed's rows; `shuffled` is without pattern, yet the same on every call. */
  order: RowOrder;
  churn: Churn;
}

/** How a feed changes before each call for it, so that pages shift while they are read. */
export interface Churn {
  /** New tasks, created at the time of the call. */
  insert: number;
  /** Rows taken away. */
  remove: number;
  /** Where they are taken from, as seen in the order served. */
  removeFrom: 'head' | 'tail' | 'random';
}

export interface CssSettings extends FeedSettings {
  /** The parameter that is honoured; Huawei renamed `start` to `offset` in August 2025. */
  pageParameter: 'start' | 'offset' | 'both';
  unknownParameters: 'ignore' | 'reject';
  /** The largest page served; null serves what is asked for, up to 1000. */
  cap: number | null;
  /** The largest start or offset, 1000 by the older documentation; null knows no bound. */
  offsetBound: number | null;
  /** What a start or offset beyond the bound does. */
  beyondBound: 'error' | 'clamp';
  totalSize: 'absent' | 'exact' | 'page';
  times: 'number' | 'string';
}

export interface CbrSettings extends FeedSettings {
  cap: number | null;
  count: 'total' | 'page';
  /** Whether answers repeat limit and offset. */
  limitOffset: boolean;
  /** What start_time and end_time are compared with. */
  timeFilter: 'created_at' | 'started_at' | 'none';
  /** `2019-05-23T14:31:36.007+00:00` or `2019-05-23T14:31:36Z`. */
  times: 'offset' | 'zulu';
  /** `accept` knows `0` and `all_granted_eps` and finds no rows under another id. */
  enterpriseProject: 'accept' | 'ignore';
}

export interface CceSettings extends FeedSettings {
  /** As Go prints it: numeric offset and abbreviation, such as `+0800 CST`. */
  zone: string;
  /** Before Go trims trailing zeros. */
  fractionDigits: number;
  /** Whether times end in Go's monotonic clock reading. */
  monotonic: boolean;
  /** Whether completionTime is filled while a task still runs. */
  runningCompletionTime: boolean;
}

export interface OcpSettings extends FeedSettings {
  cap: number | null;
  /** The name and place of the totals in the envelope. */
  totals: 'totalPages' | 'totalPage' | 'flat' | 'absent';
  /** What page.size tells. */
  pageSize: 'asked' | 'rows' | 'max';
  /** `ok` reports failures with HTTP 200 and successful:false. */
  failures: 'status' | 'ok';
  /** What startTime and endTime are compared with. */
  timeFilter: 'createTime' | 'none';
}

/** Settings as they may be given at the start: each group in part. */
export type SimulatorOptions = Partial<
  Pick<SimulatorSettings, 'seed' | 'clock' | 'host' | 'protectionCases'>
> & {
  fleet?: Partial<FleetSizes> | 'empty';
} & {
  [Group in SettingsGroup]?: Partial<SimulatorSettings[Group]>;
};

type SettingsGroup = Exclude<
  keyof SimulatorSettings,
  'seed' | 'clock' | 'host' | 'fleet' | 'protectionCases'
>;

/** The defaults with the given options laid over them, group by group. */
export function settingsFrom(options: SimulatorOptions): SimulatorSettings {
  return {
    seed: options.seed ?? 1,
    clock: options.clock ?? Date.now,
    host: options.host ?? '127.0.0.1',
    ports: { css: 0, cbr: 0, cce: 0, ocp: 0, iam: 0, ...options.ports },
    fleet: options.fleet === 'empty' ? 'empty' : { ...FLEET_SIZES, ...options.fleet },
    protectionCases: options.protectionCases ?? false,
    // Rows that a test has put in exactly must not start to live by themselves.
    life: { rate: options.fleet === 'empty' ? 0 : 1, ...options.life },
    accounts: { ...structuredClone(ACCOUNTS), ...options.accounts },
    faults: { css: null, cbr: null, cce: null, ocp: null, iam: null, ...options.faults },
    css: { ...feedDefaults(), ...CSS, ...options.css },
    cbr: { ...feedDefaults(), ...CBR, ...options.cbr },
    cce: { ...feedDefaults(), ...CCE, ...options.cce },
    ocp: { ...feedDefaults(), ...OCP, ...options.ocp },
    iam: { latencyMs: 0, rateLimit: null, ...options.iam },
  };
}

function feedDefaults(): FeedSettings {
  return {
    latencyMs: 0,
    rateLimit: null,
    order: 'newest-first',
    churn: { insert: 0, remove: 0, removeFrom: 'tail' },
  };
}

const FLEET_SIZES: FleetSizes = {
  cssClusters: 3,
  cssRowsPerCluster: 400,
  cbrRows: 3000,
  cceClusters: 2,
  cceRowsPerCluster: 60,
  ocpTenants: 12,
};

const ACCOUNTS: Accounts = {
  project: { id: '04f1829c788037ac2fb8c01eb2b04b95', name: 'eu-west-101' },
  domain: 'acme',
  users: [{ name: 'backup-reader', password: 'example-password' }],
  tokens: ['example-token'],
  accessKeys: [
    {
      accessKey: 'EXAMPLEACCESSKEY0001',
      secretKey: 'ExampleSecretKeyForTestVectorsOnly000001',
      securityToken: null,
    },
  ],
  tokenLifetimeMs: 24 * 60 * 60_000,
  tokenLength: 2048,
  ocpUsers: [{ name: 'admin', password: 'example-password' }],
  ocpAccessKeys: [{ accessKey: 'exampleOcpKey', secretKey: 'exampleOcpSecret' }],
};

const CSS = {
  pageParameter: 'both',
  unknownParameters: 'ignore',
  cap: null,
  offsetBound: null,
  beyondBound: 'error',
  totalSize: 'exact',
  times: 'number',
} as const;

const CBR = {
  cap: null,
  count: 'total',
  limitOffset: true,
  timeFilter: 'created_at',
  times: 'offset',
  enterpriseProject: 'accept',
} as const;

const CCE = {
  zone: '+0800 CST',
  fractionDigits: 6,
  monotonic: false,
  runningCompletionTime: true,
} as const;

const OCP = {
  cap: null,
  totals: 'totalPages',
  pageSize: 'rows',
  failures: 'status',
  timeFilter: 'createTime',
  rateLimit: { calls: 10_000, perMs: 10_000 },
} as const;

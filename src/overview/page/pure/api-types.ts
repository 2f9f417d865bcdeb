/** What the page uses of the public API (docs/openapi.json). Words are texts: the API may add more. */

export const VERDICTS = ['VIOLATED', 'UNKNOWN', 'OK', 'NOT_EXPECTED'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface FeedProblem {
  readonly feed: string;
  readonly state: string;
  readonly reason: string | null;
  readonly message: string;
  readonly lastSuccessTime: string | null;
}

/** What each answer says about how far it can be relied on. */
export interface Partiality {
  readonly unreachable: readonly string[];
  readonly completeness: {
    readonly complete: boolean;
    readonly completeSince: string | null;
    readonly problems: readonly FeedProblem[];
  };
}

export type VerdictCounts = Readonly<Record<Verdict, number>>;

export interface Protection extends Partiality {
  readonly asOf: string;
  readonly total: VerdictCounts;
  readonly bySource: Readonly<Record<string, VerdictCounts>>;
  readonly byExpectation: Readonly<Record<string, VerdictCounts>>;
  readonly warnings: readonly { readonly field: string; readonly message: string }[];
}

export interface Day {
  readonly date: string;
  readonly state: string;
  readonly count: number;
  readonly failed: number;
  readonly taskId: string | null;
}

export interface Resource {
  readonly id: string;
  readonly source: string;
  readonly provider: string;
  readonly type: string | null;
  readonly resourceId: string | null;
  readonly name: string | null;
  readonly verdict: string;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly expectation: string | null;
  readonly expectedBy: string | null;
  readonly overdueSeconds: number | null;
  readonly lastSuccessTime: string | null;
  readonly lastSuccessTask: string | null;
  readonly lastFailureTime: string | null;
  readonly lastFailureTask: string | null;
  readonly consecutiveFailures: number;
  readonly runningSince: string | null;
  readonly lagSeconds: number | null;
  readonly medianDurationSeconds: number | null;
  readonly taskCount: number;
  readonly evidence: {
    readonly from: string | null;
    readonly to: string | null;
    readonly feeds: readonly string[];
    readonly complete: boolean;
  };
  readonly days?: readonly Day[];
}

export interface ResourcePage extends Partiality {
  readonly resources: readonly Resource[];
  readonly nextPageToken: string;
  readonly totalSize: number;
  readonly asOf: string;
}

interface Message {
  readonly code: string | null;
  readonly message: string;
}

export interface Task {
  readonly id: string;
  readonly provider: string;
  readonly source: string;
  readonly feed: string;
  readonly type: string;
  readonly trigger: string | null;
  readonly status: string;
  readonly nativeStatus: string | null;
  readonly progressPercent: number | null;
  readonly createTime: string | null;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly updateTime: string | null;
  readonly durationSeconds: number | null;
  readonly checkpointTime: string | null;
  readonly lagSeconds: number | null;
  readonly resource: {
    readonly type: string | null;
    readonly id: string | null;
    readonly name: string | null;
  } | null;
  readonly cluster: { readonly id: string; readonly name: string | null } | null;
  readonly destination: string | null;
  readonly error: Message | null;
  readonly warnings: readonly Message[];
}

export interface TaskPage extends Partiality {
  readonly tasks: readonly Task[];
  readonly nextPageToken: string;
  readonly totalSize: number;
}

export interface SummaryGroup {
  readonly key: { readonly status?: string };
  readonly bucket: { readonly start: string; readonly end: string; readonly complete: boolean } | null;
  readonly count: number;
}

export interface TaskSummary extends Partiality {
  readonly groups: readonly SummaryGroup[];
  readonly totalSize: number;
}

export interface Circuit {
  readonly state: string;
  readonly nextProbeTime: string | null;
}

export interface Feed {
  readonly name: string;
  readonly state: string;
  readonly reason: string | null;
  readonly cause: string | null;
  readonly httpStatus: number | null;
  readonly upstreamErrorCode: string | null;
  readonly taskCount: number | null;
  readonly ageSeconds: number | null;
  readonly lastSuccessTime: string | null;
  readonly circuit: Circuit;
}

export interface Source {
  readonly id: string;
  readonly provider: string;
  readonly region: string | null;
  readonly circuit: Circuit;
  readonly feeds: readonly Feed[];
}

export interface SourceList {
  readonly sources: readonly Source[];
}

export interface ProviderList {
  readonly providers: readonly {
    readonly id: string;
    readonly title: string;
    readonly taskTypes: readonly string[];
    readonly taskStatuses: readonly string[];
  }[];
}

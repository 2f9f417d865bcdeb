import { expect } from 'vitest';
import type { Config } from '@/config/config.js';
import type { Expectation } from '@/model/expectation.js';
import type { SentFeedProblem } from '../../support/tasks.js';
import { SOURCES } from '../../support/upstreams.js';

const DAY_MS = 86_400_000;
const MAX_BLIND_MS = 3_600_000;
/** After this long nothing that was read before counts any more. */
export const BLIND_AFTER_MS = 2 * MAX_BLIND_MS;

/** What the gateway says of resources. */
export interface Judged {
  readonly resources: readonly JudgedResource[];
  readonly completeness: { readonly problems: readonly SentFeedProblem[] };
}

interface JudgedResource {
  readonly id: string;
  readonly source: string;
  readonly verdict: string;
  readonly reasons: readonly { readonly code: string }[];
  readonly evidence: { readonly feeds: readonly string[] };
}

const YEARLY: Omit<Expectation, 'name' | 'match' | 'taskTypes'> = {
  rhythm: { kind: 'every', everyMs: 365 * DAY_MS, graceMs: 0 },
  failuresInARow: null,
  maxDurationMs: null,
  warningsCountAs: 'success',
  maxBlindMs: MAX_BLIND_MS,
};

/** A rule for the resources of each source, kept by some of them as long as nobody makes new tasks; and one resource of each. */
export const PROTECTION: Config['protection'] = {
  expectations: [
    {
      ...YEARLY,
      name: 'streams',
      match: { source: [SOURCES.ocp] },
      rhythm: { kind: 'continuous', lagBelowMs: 365 * DAY_MS },
      taskTypes: ['CONTINUOUS_LOG_BACKUP'],
    },
    { ...YEARLY, name: 'yearly', match: {}, taskTypes: ['LOG_BACKUP', 'CLUSTER_SNAPSHOT', 'BACKUP'] },
  ],
  resources: Object.values(SOURCES).map((source) => ({ source, type: 'server', id: 'promised', name: null })),
  exclusions: [],
  maintenance: [],
};

/** The verdicts of those that pass, by id. */
export function verdictsOf(
  { resources }: Judged,
  passes: (resource: JudgedResource) => boolean = () => true,
): ReadonlyMap<string, string> {
  return new Map(resources.filter(passes).map(({ id, verdict }) => [id, verdict]));
}

/** Nothing is OK by what a feed told before it could no longer be read. */
export function checkNeverOkUnread({ resources, completeness }: Judged): void {
  const unread = completeness.problems.filter(({ state }) => state !== 'TRUNCATED').map(({ feed }) => feed);
  for (const { id, verdict, evidence } of resources) {
    const seen = evidence.feeds.filter((feed) => !unread.includes(feed));
    if (verdict === 'OK') expect([id, seen]).toEqual([id, evidence.feeds]);
  }
}

interface Blindness {
  readonly before: Judged;
  readonly blind: Judged;
  /** Whether the gateway has never seen the source. */
  readonly isCold: boolean;
}

/** Of a source that cannot be read, all that was known stays, and is unknown for that reason. */
export function checkBlind({ before, blind, isCold }: Blindness, source: string): void {
  const own = blind.resources.filter((resource) => resource.source === source);
  expect(own.length).toBeGreaterThan(0);
  for (const { id, verdict, reasons } of own) {
    expect([id, verdict, reasons[0]?.code]).toEqual([id, 'UNKNOWN', 'SOURCE_UNREADABLE']);
  }
  if (isCold) return;
  const known = before.resources.filter((resource) => resource.source === source);
  expect(own.map(({ id }) => id).sort()).toEqual(known.map(({ id }) => id).sort());
  expect(known.map(({ verdict }) => verdict)).toContain('OK');
}

import type { Expectation, Maintenance, Rhythm } from '@/model/expectation.js';
import { YEAR_10000_MS } from '@/model/time.js';
import { endOf, type Span, spanAt, startOf, unionOf } from './maintenance.js';
import { Schedule } from './schedule.js';

/**
 * What a rule expects by a moment T. It is the same for all resources of the rule that the same maintenance concerns, so it
 * is made once for all of them.
 */
export interface Due {
  /** null: nothing is expected. */
  readonly rule: Expectation | null;
  /** T. */
  readonly timeMs: number;
  readonly maintenance: readonly Maintenance[];
  readonly spans: readonly Span[];
  readonly isMaintenance: boolean;
  /**
   * A success that ended from this moment to T, both inclusive, is the run that is due; null where no run is due: there is
   * no rule, it is about streams, or no scheduled time has come yet that no maintenance covers.
   */
  readonly sinceMs: number | null;
}

/** What a rule expects by `timeMs`, given all maintenance that concerns a resource, past and to come. */
export function dueOf(rule: Expectation | null, maintenance: readonly Maintenance[], timeMs: number): Due {
  const spans = unionOf(maintenance);
  const isMaintenance = spanAt(spans, timeMs) !== undefined;
  const sinceMs = rule === null ? null : dueSince(rule.rhythm, spans, timeMs);
  return { rule, timeMs, maintenance, spans, isMaintenance, sinceMs };
}

/**
 * The first moment after T at which the rule may expect something else, whatever has run: maintenance begins or ends, or
 * another scheduled run is due. Infinity where there is none.
 */
export function dueUntilMs({ rule, spans, timeMs }: Due): number {
  const borders = spans.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  return firstAfter(timeMs, [...borders, ...(rule === null ? [] : nextDueMs(rule.rhythm, spans, timeMs))]);
}

function nextDueMs(rhythm: Rhythm, spans: readonly Span[], timeMs: number): number[] {
  if (rhythm.kind !== 'schedule') return [];
  const runMs = nextRun(scheduleOf(rhythm), spans, timeMs - rhythm.graceMs);
  return runMs === null ? [] : [runMs + rhythm.graceMs];
}

/** When `sinceMs` of a rule that asks for a run in each interval comes to be later than a moment. Infinity for other rules. */
export function intervalEndMs({ rule, spans }: Due, timeMs: number): number {
  if (rule?.rhythm.kind !== 'every') return Infinity;
  return endOf(rule.rhythm.everyMs + rule.rhythm.graceMs, timeMs, spans);
}

/** The first of these moments after another one; Infinity where there is none. */
export function firstAfter(timeMs: number, moments: readonly number[]): number {
  return Math.min(...moments.filter((each) => each > timeMs));
}

function dueSince(rhythm: Rhythm, spans: readonly Span[], timeMs: number): number | null {
  switch (rhythm.kind) {
    case 'every':
      // The interval is open at its start, and times are whole milliseconds.
      return startOf(rhythm.everyMs + rhythm.graceMs, timeMs, spans) + 1;
    case 'schedule':
      return latestRun(scheduleOf(rhythm), spans, timeMs - rhythm.graceMs);
    case 'continuous':
      return null;
  }
}

/**
 * When the success after `lastSuccessMs` is due at the latest; epoch milliseconds. Without a success a schedule tells when
 * the run that is due was to end. null where nothing tells it, or where it is beyond what can be shown.
 */
export function expectedBy({ rule, spans, sinceMs }: Due, lastSuccessMs: number | null): number | null {
  if (rule === null || rule.rhythm.kind === 'continuous') return null;
  if (rule.rhythm.kind === 'every') {
    if (lastSuccessMs === null) return null;
    return shownOrNull(endOf(rule.rhythm.everyMs + rule.rhythm.graceMs, lastSuccessMs, spans));
  }
  const runMs = lastSuccessMs === null ? sinceMs : nextRun(scheduleOf(rule.rhythm), spans, lastSuccessMs);
  return runMs === null ? null : shownOrNull(runMs + rule.rhythm.graceMs);
}

function shownOrNull(timeMs: number): number | null {
  return timeMs < YEAR_10000_MS ? timeMs : null;
}

function latestRun(schedule: Schedule, spans: readonly Span[], timeMs: number): number | null {
  let runMs = schedule.latestAt(timeMs);
  while (runMs !== null) {
    const span = spanAt(spans, runMs);
    if (span === undefined) return runMs;
    runMs = schedule.latestAt(span.fromMs - 1);
  }
  return null;
}

function nextRun(schedule: Schedule, spans: readonly Span[], timeMs: number): number | null {
  let runMs = schedule.nextAfter(timeMs);
  while (runMs !== null) {
    const span = spanAt(spans, runMs);
    if (span === undefined) return runMs;
    runMs = schedule.nextAfter(span.toMs - 1);
  }
  return null;
}

type ScheduledRhythm = Extract<Rhythm, { readonly kind: 'schedule' }>;

const SCHEDULES = new WeakMap<ScheduledRhythm, Schedule>();

/** Kept as long as the rule is, with what it remembers. */
function scheduleOf(rhythm: ScheduledRhythm): Schedule {
  let schedule = SCHEDULES.get(rhythm);
  if (schedule === undefined) SCHEDULES.set(rhythm, (schedule = new Schedule(rhythm.cron, rhythm.timeZone)));
  return schedule;
}

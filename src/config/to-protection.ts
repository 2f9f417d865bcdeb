import { USUAL_TASK_TYPES } from '@/model/expectation.js';
import type { Expectation, ProtectionConfig, ResourceMatch, Rhythm } from '@/model/expectation.js';
import type { PROTECTION_KEYS } from './protection-keys.js';
import type { Sure, ValuesOf } from './section.js';

type ProtectionValues = Sure<ValuesOf<typeof PROTECTION_KEYS>>;
type ExpectationValues = NonNullable<ProtectionValues['expectations']>[number];

/** What the file says about what should run; the values have passed `checkProtection`. */
export function toProtection(values: ProtectionValues): ProtectionConfig {
  return {
    expectations: (values.expectations ?? []).map(toExpectation),
    resources: values.resources ?? [],
    exclusions: (values.exclusions ?? []).map(({ match, reason, until }) => ({
      match: toMatch(match),
      reason,
      untilMs: until,
    })),
    maintenance: (values.maintenance ?? []).map(({ match, from, to, reason }) => ({
      match: toMatch(match),
      fromMs: from,
      toMs: to,
      reason,
    })),
  };
}

function toExpectation(values: ExpectationValues): Expectation {
  const { name, match, taskTypes, failuresInARow, maxDuration, warningsCountAs, maxBlind } = values;
  const rhythm = toRhythm(values);
  return {
    name,
    match: toMatch(match),
    rhythm,
    taskTypes: rhythm.kind === 'continuous' ? ['CONTINUOUS_LOG_BACKUP'] : (taskTypes ?? USUAL_TASK_TYPES),
    failuresInARow,
    maxDurationMs: maxDuration,
    warningsCountAs,
    maxBlindMs: maxBlind,
  };
}

function toRhythm({ every, schedule, timeZone, lagBelow, grace }: ExpectationValues): Rhythm {
  const graceMs = grace ?? 0;
  if (every !== null) return { kind: 'every', everyMs: every, graceMs };
  if (schedule !== null) return { kind: 'schedule', cron: schedule, timeZone: timeZone ?? 'UTC', graceMs };
  if (lagBelow !== null) return { kind: 'continuous', lagBelowMs: lagBelow };
  throw new Error('an expectation without every, schedule and lagBelow has passed the check');
}

/** Only the fields that the file gives. */
function toMatch(match: ExpectationValues['match']): ResourceMatch {
  const given = Object.entries(match ?? {}).filter(([, patterns]) => patterns !== null);
  return Object.fromEntries(given);
}

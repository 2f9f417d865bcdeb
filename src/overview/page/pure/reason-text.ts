import type { Resource } from './api-types.js';
import { counted, formatDuration } from './format.js';

export const REASONS = [
  'OVERDUE',
  'NEVER_RUN',
  'FAILING',
  'STUCK',
  'LAGGING',
  'STOPPED',
  'PAUSED',
  'WARNINGS',
  'SOURCE_UNREADABLE',
  'WINDOW_TOO_SHORT',
  'MAINTENANCE',
  'EXCLUDED',
  'RETIRED',
  'NO_EXPECTATION',
] as const;

const TEXTS: Readonly<Record<string, string>> = {
  NEVER_RUN: 'Never backed up',
  STUCK: 'Runs for too long',
  STOPPED: 'The log backup is stopped',
  PAUSED: 'The log backup is paused',
  WARNINGS: 'The last success had warnings',
  SOURCE_UNREADABLE: 'The source could not be read',
  WINDOW_TOO_SHORT: 'Too long ago to be seen',
  MAINTENANCE: 'Maintenance',
  EXCLUDED: 'Excluded',
  RETIRED: 'No longer protected by its source',
  NO_EXPECTATION: 'No expectation',
};

/** The first reason in a few words, with its figure; the details have the whole sentence. Empty without a reason. */
export function shortReason(resource: Resource): string {
  const [first] = resource.reasons;
  if (first === undefined) return '';
  return withFigure(first.code, resource) ?? TEXTS[first.code] ?? first.message;
}

function withFigure(
  code: string,
  { overdueSeconds, consecutiveFailures, lagSeconds }: Resource,
): string | null {
  if (code === 'OVERDUE')
    return overdueSeconds === null ? 'Overdue' : `Overdue by ${formatDuration(overdueSeconds)}`;
  if (code === 'LAGGING') return lagSeconds === null ? 'Behind' : `${formatDuration(lagSeconds)} behind`;
  if (code !== 'FAILING') return null;
  return consecutiveFailures > 0 ? `${counted(consecutiveFailures, 'failure')} in a row` : 'Failing';
}

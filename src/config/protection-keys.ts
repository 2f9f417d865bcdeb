import { TASK_TYPES } from '@/model/task.js';
import type { TaskType } from '@/model/task.js';
import { cron } from './cron.js';
import { listOf, listOfSome, oneOrMore, uniqueBy } from './list.js';
import { leftOutOnlyIfAbsent, optional, required, section, withDefault } from './section.js';
import type { Keys } from './section.js';
import { time, timeZone } from './time-values.js';
import { duration, integer, text, word } from './values.js';

const NAME = text({ allowed: 'a text of 1 to 256 characters', pattern: /^.{1,256}$/ });
const PATTERNS = oneOrMore(
  'patterns',
  text({ allowed: 'a pattern of 1 to 256 characters', pattern: /^.{1,256}$/ }),
);

/** An empty placeholder would make a match wider than the pattern that it stands for, so it is an error. */
export const MATCH_KEYS = {
  source: leftOutOnlyIfAbsent(PATTERNS, {
    description: 'The id of the source. An id without `*` and `?` must be that of a configured source.',
    example: ['server-backups'],
  }),
  type: leftOutOnlyIfAbsent(PATTERNS, {
    description: 'The type of the resource, as tasks show it.',
    example: ['OS::Nova::Server'],
  }),
  id: leftOutOnlyIfAbsent(PATTERNS, {
    description: "The resource's id in the upstream.",
    example: ['6fc5b157-*'],
  }),
  name: leftOutOnlyIfAbsent(PATTERNS, {
    description: 'The name of the resource. No pattern matches a resource without a name.',
    example: ['prod-*'],
  }),
  cluster: leftOutOnlyIfAbsent(PATTERNS, {
    description: 'The id or the name of the cluster.',
    example: ['yc0820_*'],
  }),
} as const satisfies Keys;

const ANY_MATCH = section('a match', MATCH_KEYS);
const MATCH_TEXT =
  'The resources that this is about: those that match every key given here. `*` matches any text, `?` one character, and case matters.';

const MATCH = leftOutOnlyIfAbsent(ANY_MATCH, {
  description: `${MATCH_TEXT} Default: all resources.`,
  example: { source: ['server-backups'], name: ['prod-*'] },
});

const LONG = duration({ max: '366d' });

export const EXPECTATION_KEYS = {
  name: required(text({ allowed: '1 to 64 letters, digits, and . _ -', pattern: /^[A-Za-z0-9._-]{1,64}$/ }), {
    description: 'The unique name of the expectation, as answers show it.',
    example: 'nightly',
  }),
  match: MATCH,
  every: optional(LONG, {
    description:
      'A success is due at the latest this long after the one before it. Exactly one of `every`, `schedule` and `lagBelow` is required.',
    example: '24h',
  }),
  schedule: optional(cron(), {
    description:
      'A success is due for each of these times: a cron expression with lists, ranges, steps and names. If day of month and weekday are both restricted, either counts; 7 is Sunday.',
    example: '0 2 * * mon-fri',
  }),
  timeZone: optional(timeZone(), {
    description: 'The time zone of `schedule`. Default: UTC.',
    example: 'Europe/Berlin',
  }),
  lagBelow: optional(LONG, {
    description:
      'A continuous log backup runs all the time, and its checkpoint is never further behind than this.',
    example: '5m',
  }),
  grace: optional(duration({ max: '366d', insteadOfZero: 'leave it out for none' }), {
    description: 'How late a success may be. Not with `lagBelow`. Default: no time at all.',
    example: '2h',
  }),
  taskTypes: optional<readonly (TaskType | undefined)[]>(listOfSome('task types', word(TASK_TYPES)), {
    description:
      'The types of the tasks that count. Default: `LOG_BACKUP`, `CLUSTER_SNAPSHOT` and `BACKUP`; with `lagBelow` always `CONTINUOUS_LOG_BACKUP`.',
    example: ['BACKUP'],
  }),
  failuresInARow: optional(integer({ min: 1, max: 1_000 }), {
    description:
      'So many failures since the last success break the expectation, even if no success is due yet. Not with `lagBelow`. Default: not judged.',
    example: 2,
  }),
  maxDuration: optional(LONG, {
    description:
      'A task that runs longer than this breaks the expectation. Not with `lagBelow`. Default: not judged.',
    example: '6h',
  }),
  warningsCountAs: withDefault(word(['success', 'failure']), 'success', {
    description: 'What a task that succeeded with warnings counts as.',
  }),
  maxBlind: withDefault(LONG, '1h', {
    description:
      'If what is known of a feed is older than this, the verdict is `UNKNOWN`. At least twice the `freshFor` of each source that `match` allows.',
  }),
} as const satisfies Keys;

export const RESOURCE_KEYS = {
  source: required(text({ allowed: 'the id of a configured source', pattern: /^.{1,256}$/ }), {
    description: 'The id of the source that backs it up.',
    example: 'server-backups',
  }),
  type: required(NAME, {
    description: 'The type of the resource, as tasks show it.',
    example: 'OS::Nova::Server',
  }),
  id: optional(NAME, {
    description: "The resource's id in the upstream. `id` or `name` is required.",
    example: '6fc5b157-2f4b-4f5a-9d0c-6a3a1e0f7c11',
  }),
  name: optional(NAME, {
    description: 'The name of the resource. It stands for the id if there is none.',
    example: 'billing-db',
  }),
} as const satisfies Keys;

const REASON = required(text({ allowed: 'a text of 1 to 256 characters', pattern: /^.{1,256}$/ }), {
  description: 'Why, as answers show it.',
  example: 'not worth it',
});

export const EXCLUSION_KEYS = {
  // A forgotten match would hide everything that is missing.
  match: required(ANY_MATCH, {
    description: `${MATCH_TEXT} \`{}\`: all resources.`,
    example: { name: ['test-*'] },
  }),
  reason: REASON,
  until: optional(time(), {
    description: 'From this time on, the resources are expected again. Default: never.',
    example: '2027-01-01T00:00:00Z',
  }),
} as const satisfies Keys;

export const MAINTENANCE_KEYS = {
  match: MATCH,
  from: required(time(), {
    description: 'The beginning of the maintenance.',
    example: '2026-12-24T00:00:00Z',
  }),
  to: required(time(), {
    description: 'The end: the first moment after the maintenance.',
    example: '2026-12-27T00:00:00Z',
  }),
  reason: REASON,
} as const satisfies Keys;

/** The keys of the top level that say what should run. */
export const PROTECTION_KEYS = {
  expectations: optional(
    uniqueBy('name', listOf('expectations', section('an expectation', EXPECTATION_KEYS))),
    {
      description:
        'The backups that should run. For each resource, the first expectation that matches counts.',
      example: [{ name: 'nightly', match: { name: ['prod-*'] }, every: '24h', grace: '2h' }],
    },
  ),
  resources: optional(listOf('resources', section('a resource', RESOURCE_KEYS)), {
    description: 'Resources that exist even if no upstream has reported them.',
    example: [{ source: 'server-backups', type: 'OS::Nova::Server', name: 'billing-db' }],
  }),
  exclusions: optional(listOf('exclusions', section('an exclusion', EXCLUSION_KEYS)), {
    description: 'Resources that need no backup, whatever the expectations say.',
    example: [{ match: { name: ['test-*'] }, reason: 'not worth it' }],
  }),
  maintenance: optional(listOf('times of maintenance', section('a maintenance', MAINTENANCE_KEYS)), {
    description: 'Times in which no backup is due.',
    example: [{ from: '2026-12-24T00:00:00Z', to: '2026-12-27T00:00:00Z', reason: 'freeze' }],
  }),
} as const satisfies Keys;

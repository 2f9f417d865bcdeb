import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { ConfigError } from './config-error.js';
import { configSchema } from './config-schema.js';
import type { Config } from './config.js';
import { loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-protection-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const acceptedBySchema = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
  configSchema(PROVIDER_SETTINGS),
);

const SOURCES = `sources:
  - { id: server-backups, provider: huawei-cbr, endpoint: "https://cbr.example", projectId: p1, credentials: { type: token, token: t } }
  - { id: oceanbase, provider: oceanbase-ocp, endpoint: "http://ocp.internal", freshFor: 1h, credentials: { type: basic, username: u, password: p } }
`;

function load(yaml: string): Config {
  const file = join(folder, 'tributary.yaml');
  writeFileSync(file, `${SOURCES}${yaml}\n`);
  return loadConfig({ file, env: { EMPTY: '', SECRET: '1 hunter2 * * *' }, providers: PROVIDER_SETTINGS });
}

/** `field: what is wrong` of each problem. */
function problemsOf(yaml: string): string[] {
  try {
    load(yaml);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ field, detail }) => `${field}: ${detail}`);
  }
}

/** An expectation of CBR, which the other keys complete. */
const rule = (keys: string): string =>
  `expectations: [{ name: nightly, match: { source: server-backups }, ${keys} }]`;

describe('what should run', () => {
  it('is read with what is left out filled in', () => {
    const { protection } = load(`
expectations:
  - name: nightly
    match: { source: [server-backups], type: "OS::Nova::Server", name: [prod-*, billing-?] }
    every: 24h
    grace: 2h
    taskTypes: [BACKUP]
    failuresInARow: 2
    maxDuration: 6h
    warningsCountAs: failure
    maxBlind: 30m
  - { name: weekdays, match: { source: server-* }, schedule: "0 2 * * mon-fri", timeZone: Europe/Berlin }
  - { name: log-archive, match: { source: [oceanbase] }, lagBelow: 5m, maxBlind: 2h }
resources:
  - { source: server-backups, type: "OS::Nova::Server", name: billing-db }
exclusions:
  - { match: { name: [test-*] }, reason: not worth it, until: 2027-01-01T00:00:00Z }
  - { match: {}, reason: all }
maintenance:
  - { from: 2026-12-24T00:00:00+01:00, to: 2026-12-27T00:00:00Z, reason: freeze }`);
    const usual = {
      taskTypes: ['LOG_BACKUP', 'CLUSTER_SNAPSHOT', 'BACKUP'],
      failuresInARow: null,
      maxDurationMs: null,
      warningsCountAs: 'success',
      maxBlindMs: 3_600_000,
    };
    expect(protection).toEqual({
      expectations: [
        {
          name: 'nightly',
          match: {
            source: ['server-backups'],
            type: ['OS::Nova::Server'],
            name: ['prod-*', 'billing-?'],
          },
          rhythm: { kind: 'every', everyMs: 86_400_000, graceMs: 7_200_000 },
          taskTypes: ['BACKUP'],
          failuresInARow: 2,
          maxDurationMs: 21_600_000,
          warningsCountAs: 'failure',
          maxBlindMs: 1_800_000,
        },
        {
          ...usual,
          name: 'weekdays',
          match: { source: ['server-*'] },
          rhythm: { kind: 'schedule', cron: '0 2 * * mon-fri', timeZone: 'Europe/Berlin', graceMs: 0 },
        },
        {
          ...usual,
          name: 'log-archive',
          match: { source: ['oceanbase'] },
          rhythm: { kind: 'continuous', lagBelowMs: 300_000 },
          taskTypes: ['CONTINUOUS_LOG_BACKUP'],
          maxBlindMs: 7_200_000,
        },
      ],
      resources: [{ source: 'server-backups', type: 'OS::Nova::Server', id: null, name: 'billing-db' }],
      exclusions: [
        { match: { name: ['test-*'] }, reason: 'not worth it', untilMs: Date.UTC(2027, 0, 1) },
        { match: {}, reason: 'all', untilMs: null },
      ],
      maintenance: [
        {
          match: {},
          fromMs: Date.UTC(2026, 11, 23, 23),
          toMs: Date.UTC(2026, 11, 27),
          reason: 'freeze',
        },
      ],
    });
  });

  it.each([
    'expectations: []',
    rule('schedule: "*/5 0-6,22 1,15 jan-jun 7"'),
    rule('every: 28d, grace: 1d, taskTypes: [REPLICATION, BACKUP]'),
    'expectations: [{ name: monthly, match: { source: o*, cluster: a }, every: 31d, maxBlind: 2h }]',
    'resources: [{ source: oceanbase, type: oceanbase-tenant, id: 7 }]',
    'maintenance: [{ match: { cluster: [a, b*] }, from: 2026-12-24T00:00:00Z, to: 2026-12-24T00:00:01Z, reason: r }]',
  ])('accepts %s, and so does the schema', (yaml) => {
    expect(problemsOf(yaml)).toEqual([]);
    expect(acceptedBySchema(parse(SOURCES + yaml))).toBe(true);
  });
});

const WRONG: readonly (readonly [name: string, yaml: string, problem: string])[] = [
  [
    'a schedule of four fields',
    rule('schedule: "0 2 * *"'),
    'expectations[0].schedule: "0 2 * *" is not valid; use five fields: minute, hour, day of month, month, weekday',
  ],
  [
    'a time zone that does not exist',
    rule('schedule: "0 2 * * *", timeZone: Europe/Atlantis'),
    'expectations[0].timeZone: "Europe/Atlantis" is not valid; use a time zone of the IANA database',
  ],
  [
    'an offset in place of a time zone',
    rule('schedule: "0 2 * * *", timeZone: "+01:00"'),
    'expectations[0].timeZone: "+01:00" is not valid; use a time zone of the IANA database',
  ],
  [
    'an unknown task type',
    rule('every: 1d, taskTypes: [BACKUPS]'),
    'expectations[0].taskTypes[0]: "BACKUPS" is not valid; use one of',
  ],
  [
    'no failure in a row',
    rule('every: 1d, failuresInARow: 0'),
    'expectations[0].failuresInARow: 0 is not valid; use a whole number from 1 to 1000',
  ],
  [
    'a duration without a unit',
    rule('every: 24'),
    'expectations[0].every: 24 is not valid; use a duration up to 366d',
  ],
  [
    'a grace of no time',
    rule('every: 1d, grace: 0s'),
    'expectations[0].grace: "0s" is not valid; use a duration up to 366d, such as 500ms, 15s, 5m, 24h or 30d; leave it out for none',
  ],
  [
    'warnings that count as something else',
    rule('every: 1d, warningsCountAs: failed'),
    'expectations[0].warningsCountAs: "failed" is not valid; use one of success, failure',
  ],
  [
    'a name twice',
    'expectations: [{ name: a, match: { source: server-backups }, every: 1d }, { name: a, lagBelow: 5m, maxBlind: 2h }]',
    'expectations[1].name: the same as expectations[0].name; use a different name',
  ],
  [
    'an empty list of patterns',
    'exclusions: [{ match: { name: [] }, reason: r }]',
    'exclusions[0].match.name: an empty list is not valid; use a list of one or more patterns',
  ],
  [
    'patterns from an empty variable, which must not match everything',
    'exclusions: [{ match: { name: "${EMPTY}" }, reason: r }]',
    'exclusions[0].match.name: an empty text is not valid; use a pattern',
  ],
  [
    'a time without a time zone',
    'exclusions: [{ match: {}, reason: r, until: 2027-01-01T00:00:00 }]',
    'exclusions[0].until: "2027-01-01T00:00:00" is not valid; use an RFC 3339 time with a time zone',
  ],
  [
    'a day that does not exist',
    'exclusions: [{ match: {}, reason: r, until: 2027-02-30T00:00:00Z }]',
    'exclusions[0].until: "2027-02-30T00:00:00Z" is not valid; use an RFC 3339 time',
  ],
  [
    'an exclusion without a reason',
    'exclusions: [{ match: {} }]',
    'exclusions[0].reason: no value; use a text',
  ],
  [
    'an exclusion without a match, which would exclude everything',
    'exclusions: [{ reason: r }]',
    'exclusions[0].match: no value; use a match with the keys source, type, id, name, cluster',
  ],
  [
    'no rhythm',
    rule('grace: 1h'),
    'expectations[0]: nothing says when a run is due; add one of every, schedule and lagBelow',
  ],
  [
    'two rhythms',
    rule('every: 1d, schedule: "0 2 * * *"'),
    'expectations[0]: every and schedule exclude each other; keep one of them',
  ],
  [
    'a time zone without a schedule',
    rule('every: 1d, timeZone: UTC'),
    'expectations[0].timeZone: only a schedule has a time zone; remove it',
  ],
  [
    'a grace of a lag',
    rule('lagBelow: 5m, grace: 1m'),
    'expectations[0].grace: it has no effect with lagBelow; remove it',
  ],
  [
    'failures in a row of a lag',
    rule('lagBelow: 5m, failuresInARow: 2'),
    'expectations[0].failuresInARow: it has no effect with lagBelow; remove it',
  ],
  [
    'other task types of a lag',
    rule('lagBelow: 5m, taskTypes: [BACKUP]'),
    'expectations[0].taskTypes: with lagBelow, only CONTINUOUS_LOG_BACKUP counts; remove taskTypes',
  ],
  [
    'more time than the window shows',
    rule('every: 29d, grace: 1h'),
    'expectations[0].every: every and grace together are longer than the window of the source server-backups less one day',
  ],
  [
    'a blindness that a source reaches when all is well',
    'expectations: [{ name: all, match: { source: [ocean?*] }, every: 1d }]',
    'expectations[0]: maxBlind (default: 1h) is shorter than twice the freshFor of the source oceanbase',
  ],
  [
    'an unknown source in a match',
    'exclusions: [{ match: { source: [server-*, oceanbas] }, reason: r }]',
    'exclusions[0].match.source[1]: "oceanbas" is not a configured source; use one of server-backups, oceanbase; did you mean oceanbase?',
  ],
  [
    'an unknown source of a resource',
    'resources: [{ source: server-backup, type: t, name: n }]',
    'resources[0].source: "server-backup" is not a configured source; use one of server-backups, oceanbase; did you mean server-backups?',
  ],
  [
    'a resource without id and name',
    'resources: [{ source: oceanbase, type: t }]',
    'resources[0]: neither id nor name; add one of them',
  ],
  [
    'a resource twice',
    'resources: [{ source: oceanbase, type: t, id: a, name: n }, { source: oceanbase, type: t, name: a }]',
    'resources[1]: the same resource as resources[0]; remove one of the two',
  ],
  [
    'a maintenance that ends when it begins',
    'maintenance: [{ from: 2026-12-24T01:00:00+01:00, to: 2026-12-24T00:00:00Z, reason: r }]',
    'maintenance[0].to: not after from; use a later time',
  ],
];

describe('what should run, told wrong', () => {
  it.each(WRONG)('%s gets one problem that says what to do', (_name, yaml, problem) => {
    expect(problemsOf(yaml)).toEqual([expect.stringContaining(problem)]);
  });

  it('is refused by the schema, too, where an exclusion has no match', () => {
    expect(acceptedBySchema(parse(`${SOURCES}exclusions: [{ reason: r }]`))).toBe(false);
  });
});

const WRONG_SCHEDULES: readonly (readonly [schedule: string, problem: string])[] = [
  ['@daily', '"@daily" is not valid; use five fields: minute, hour, day of month, month, weekday'],
  ['0 0 2 * * *', '"0 0 2 * * *" is not valid; use five fields'],
  ['60 2 * * *', 'the minute "60" is not valid; use 0 to 59'],
  ['0,61 2 * * *', 'the minute "61" is not valid; use 0 to 59'],
  ['0 24 * * *', 'the hour "24" is not valid; use 0 to 23'],
  ['0 2 0 * *', 'the day of month "0" is not valid; use 1 to 31'],
  ['0 2 L * *', 'the day of month "L" is not valid; use 1 to 31'],
  ['0 2 * 13 *', 'the month "13" is not valid; use 1 to 12, or jan to dec'],
  ['0 2 * mon *', 'the month "mon" is not valid; use 1 to 12, or jan to dec'],
  ['0 2 * * 8', 'the weekday "8" is not valid; use 0 to 7, or sun to sat'],
  ['0 2 * * monday', 'the weekday "monday" is not valid; use 0 to 7, or sun to sat'],
  ['0 2 * * fri-sun,mon-9', 'the weekday "9" is not valid; use 0 to 7, or sun to sat'],
  ['0 22-6 * * *', 'the range "22-6" of the hour does not ascend; use 22-23,0-6'],
  ['0 2 * * FRI-MON', 'the range "FRI-MON" of the weekday does not ascend; use FRI-sun,sun-MON'],
  ['0 2 * dec-jan *', 'the range "dec-jan" of the month does not ascend; use dec-dec,jan-jan'],
  ['1- 2 * * *', 'the minute "1-" is not valid; use 0 to 59'],
  ['0, 2 * * *', 'the minute "" is not valid; use 0 to 59'],
  ['*/0 2 * * *', 'the step 0 of the minute is not valid; use 1 to 60'],
  ['0 2 */32 * *', 'the step 32 of the day of month is not valid; use 1 to 31'],
  ['5/10 2 * * *', 'the minute "5/10" has a step without a range; use */10, or a range such as 5-59/10'],
  ['0 0 30 feb *', 'the days of "0 0 30 feb *" never come; use a day of month that its months have'],
  ['0 0 31 4,6 *', 'the days of "0 0 31 4,6 *" never come; use a day of month that its months have'],
];

describe('a wrong schedule', () => {
  it.each(WRONG_SCHEDULES)('%s is refused with what to change', (schedule, problem) => {
    const problems = problemsOf(rule(`schedule: "${schedule}"`));
    expect(problems).toEqual([expect.stringContaining(`expectations[0].schedule: ${problem}`)]);
  });

  it('can be written as it is advised', () => {
    const advised = WRONG_SCHEDULES.flatMap(([schedule, problem]) => {
      const [, range, better] = /range "(.*)" of .*; use (\S+)$/.exec(problem) ?? [];
      return range === undefined || better === undefined ? [] : schedule.replace(range, better);
    });
    expect(advised).toHaveLength(3);
    for (const schedule of advised) {
      expect(
        problemsOf(
          `expectations: [{ name: a, match: { cluster: c }, schedule: "${schedule}", maxBlind: 2h }]`,
        ),
      ).toEqual([]);
    }
  });

  it('from a variable is not shown', () => {
    expect(problemsOf(rule('schedule: "${SECRET}"'))).toEqual([
      expect.stringContaining('expectations[0].schedule: (hidden) is not valid; use five fields'),
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { SERVER_TYPE } from '../support/backups.js';
import { canSkipPromtool } from './promtool.js';
import { runRuleTest } from './rule-test.js';
import { firesFrom, firing, type ExpectedAlerts } from './rules.js';

const suite = canSkipPromtool() ? describe.skip : describe;

const A = 'job="tributary",instance="a"';
const B = 'job="tributary",instance="b"';

const DB = { job: 'tributary', source: 'servers', type: SERVER_TYPE, resource: 'servers.db', name: 'db' };
const TENANT = {
  ...{ job: 'tributary', source: 'ocp', type: 'oceanbase-tenant', resource: 'ocp.shop', name: 'shop' },
};

function reasonOf(resource: Readonly<Record<string, string>>, reason: string, scraped = A): string {
  const { source, type, resource: id, name } = resource;
  const labels = `source="${source}",type="${type}",resource="${id}",name="${name}",reason="${reason}"`;
  return `tributary_protection_reason{${scraped},${labels}}`;
}

const OVERDUE = reasonOf(DB, 'OVERDUE');
const UNKNOWN = OVERDUE.replace('_reason{', '_verdict{').replace('reason="OVERDUE"', 'verdict="UNKNOWN"');
const up = (source: string, scraped = A): string => `tributary_source_up{${scraped},source="${source}"}`;
const refused = (source: string): string => `tributary_source_credential_refused{${A},source="${source}"}`;

const SERVERS = { job: 'tributary', source: 'servers' };

/** That an alert fires at each of these minutes. */
function firesAt(
  minutes: readonly number[],
  alert: string,
  ...fired: Record<string, string>[]
): ExpectedAlerts[] {
  return minutes.map((minute) => firing(alert, minute, ...fired));
}

const minutes = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const repeated = (values: string, times: number): string => Array<string>(times).fill(values).join(' ');

interface Case {
  readonly event: string;
  /** One value a minute. */
  readonly series: Readonly<Record<string, string>>;
  readonly expected: readonly ExpectedAlerts[];
}

const CASES: readonly Case[] = [
  {
    event: 'a read fails every fourth minute while a backup is overdue',
    series: {
      [OVERDUE]: repeated('1 1 1 stale', 20),
      [UNKNOWN]: repeated('0 0 0 1', 20),
      [up('servers')]: repeated('1 1 1 0', 20),
    },
    expected: [
      ...firesFrom(15, 'BackupOverdue', DB),
      ...firesAt(minutes(16, 79), 'BackupOverdue', DB),
      ...firesAt(minutes(16, 79), 'BackupSourceBlind'),
      firing('BackupVerdictUnknown', 79),
    ],
  },
  {
    event: 'a source can be read for no more than four minutes now and then',
    series: { [up('servers')]: repeated('0x10 1x3', 6) },
    expected: [
      ...firesFrom(15, 'BackupSourceBlind', SERVERS),
      ...firesAt(minutes(16, 89), 'BackupSourceBlind', SERVERS),
    ],
  },
  {
    event: 'a source cannot be read for half an hour while a backup is overdue',
    series: { [OVERDUE]: '1x29 stale _x28 1x30', [up('servers')]: '1x29 0x29 1x30' },
    expected: [
      ...firesFrom(15, 'BackupOverdue', DB),
      ...firesAt(minutes(16, 52), 'BackupOverdue', DB),
      ...firesFrom(50, 'BackupSourceBlind', SERVERS),
      ...firesAt(minutes(51, 76), 'BackupSourceBlind', SERVERS),
      firing('BackupOverdue', 76, DB),
      firing('BackupSourceBlind', 85),
    ],
  },
  {
    event: 'one scrape is missed before alerts fire, and one while they do',
    series: {
      [OVERDUE]: '1x7 stale 1x19 stale 1x30',
      [up('logs')]: '0x7 stale 0x19 stale 0x30',
      [`tributary_feed_age_seconds{${A},source="logs",feed="f"}`]: '3600x27 stale 3600x30',
      [`tributary_feed_state{${A},source="logs",feed="f",state="STALE",reason="TIMEOUT",cause="TIMEOUT"}`]:
        '1x27 stale 1x30',
    },
    expected: [
      ...firesFrom(15, 'BackupOverdue', DB),
      ...firesAt(minutes(16, 50), 'BackupOverdue', DB),
      ...firesFrom(15, 'BackupSourceBlind', { job: 'tributary', source: 'logs' }),
      ...firesAt(minutes(16, 50), 'BackupSourceBlind', { job: 'tributary', source: 'logs' }),
      ...firesAt(minutes(16, 50), 'TributaryDataOld', {
        ...{ job: 'tributary', source: 'logs', value: '1h 0m 0s' },
      }),
    ],
  },
  {
    event: 'a backup is overdue in a single scrape',
    series: { [OVERDUE]: '_x9 1 stale', [up('servers')]: '1x9 0 1x40' },
    expected: [
      ...firesAt(minutes(10, 40), 'BackupOverdue'),
      ...firesAt(minutes(10, 40), 'BackupSourceBlind'),
    ],
  },
  {
    event: 'a log stream is stopped and then fails, without a checkpoint, as backups of a server do',
    series: {
      [reasonOf(TENANT, 'STOPPED')]: '1x29 stale',
      [reasonOf(TENANT, 'FAILING')]: '_x30 1x40',
      [reasonOf(DB, 'FAILING')]: '1x70',
    },
    expected: [
      ...firesFrom(15, 'LogBackupStopped', { ...TENANT, reason: 'STOPPED' }),
      ...firesAt([44], 'LogBackupStopped', { ...TENANT, reason: 'STOPPED' }),
      firing('LogBackupStopped', 50, { ...TENANT, reason: 'FAILING' }, { ...TENANT, reason: 'STOPPED' }),
      firing('LogBackupStopped', 65, { ...TENANT, reason: 'FAILING' }),
      ...firesAt(minutes(15, 65), 'BackupFailing', DB),
    ],
  },
  {
    event: 'one of two replicas never reads a source, and can therefore not judge its resources',
    series: {
      [up('servers')]: '1x80',
      [up('servers', B)]: '0x80',
      [UNKNOWN]: '0x80',
      [UNKNOWN.replace(A, B)]: '1x80',
    },
    expected: [
      ...firesFrom(15, 'BackupSourceBlind', SERVERS),
      ...firesFrom(60, 'BackupVerdictUnknown', SERVERS),
    ],
  },
  {
    event: 'a source is never readable, because it is down or refuses the credentials in turn',
    series: { [up('servers')]: '0x60', [refused('servers')]: repeated('0x12 1x1', 4) },
    expected: [
      ...firesFrom(15, 'BackupSourceBlind', SERVERS),
      ...firesAt(minutes(16, 59), 'BackupSourceBlind', SERVERS),
    ],
  },
  {
    event: 'one of two installations cannot read the source that both have',
    series: {
      [up('servers', `namespace="prod",${A}`)]: '0x60',
      [up('servers', `namespace="staging",${B}`)]: '1x60',
      [reasonOf(DB, 'OVERDUE', `namespace="prod",${A}`)]: '1x60',
      [reasonOf(DB, 'OVERDUE', `namespace="staging",${B}`)]: '1x60',
    },
    expected: [
      ...firesFrom(15, 'BackupSourceBlind', { ...SERVERS, namespace: 'prod' }),
      ...firesFrom(15, 'BackupOverdue', { ...DB, namespace: 'prod' }, { ...DB, namespace: 'staging' }),
    ],
  },
];

suite('the alerts about backups and sources', () => {
  it.each(CASES)('are right when $event', ({ series, expected }) => {
    const inputs = Object.entries(series).map(([name, values]) => ({ series: name, values }));
    const result = runRuleTest({ minutesApart: 1, series: inputs, expected });
    expect(result).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
  });
});

import { failure, running, success, type BackupWorld } from '../support/backup-world.js';

/** What a recipe of docs/expectations.md promises, shown on a small world. */
export interface RecipeCase {
  readonly world: (world: BackupWorld) => void;
  /**
   * By moment, in their order: what is said of each resource, by name. `VIOLATED by nightly: OVERDUE` is the verdict, the
   * expectation and the reasons.
   */
  readonly verdicts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the first reason of a resource says at the last moment. */
  readonly sentences?: Readonly<Record<string, string>>;
}

/** By the heading of the recipe. */
export const RECIPE_CASES: Readonly<Record<string, RecipeCase>> = {
  Nightly: {
    world: (world) => {
      world.server('erp-db', [success('2026-11-29T02:10:00Z')]);
      world.server('erp-app', [success('2026-11-28T10:30:00Z')]);
      world.server('mail', [success('2026-11-28T09:59:00Z')]);
      world.server('print', [success('2026-11-29T02:10:00Z', { operation: 'replication' })]);
      world.server('erp-disk', [success('2026-11-20T02:10:00Z')], { type: 'OS::Cinder::Volume' });
    },
    verdicts: {
      '2026-11-29T12:00:00Z': {
        'erp-db': 'OK by nightly',
        'erp-app': 'OK by nightly',
        mail: 'VIOLATED by nightly: OVERDUE',
        print: 'VIOLATED by nightly: NEVER_RUN',
        'erp-disk': 'NOT_EXPECTED: NO_EXPECTATION',
      },
    },
  },
  // In Berlin 02:00 is 01:00 UTC in winter, and 00:00 UTC from the 28th of March 2027 on.
  'Weekdays only': {
    world: (world) => {
      const nights = ['2026-11-26T01:20:00Z', '2027-03-25T01:20:00Z', '2027-03-26T01:20:00Z'];
      const kept = ['2026-11-27T01:20:00Z', '2026-11-30T01:20:00Z', ...nights, '2027-03-29T00:20:00Z'];
      world.server(
        'kept',
        kept.map((time) => success(time)),
      );
      world.server(
        'missed',
        nights.map((time) => success(time)),
      );
      world.server('early', [success('2026-11-27T00:59:00Z')]);
      world.server('late', [success('2026-11-27T01:20:00Z'), success('2026-11-30T05:30:00Z')]);
    },
    verdicts: {
      '2026-11-27T04:59:59Z': { kept: 'OK by weekdays', missed: 'OK by weekdays' },
      '2026-11-27T05:00:00Z': {
        kept: 'OK by weekdays',
        missed: 'VIOLATED by weekdays: OVERDUE',
        early: 'VIOLATED by weekdays: OVERDUE',
      },
      '2026-11-29T12:00:00Z': { kept: 'OK by weekdays', missed: 'VIOLATED by weekdays: OVERDUE' },
      '2026-11-30T05:00:00Z': { kept: 'OK by weekdays', late: 'VIOLATED by weekdays: OVERDUE' },
      '2026-11-30T05:30:00Z': { kept: 'OK by weekdays', late: 'OK by weekdays' },
      '2027-03-29T03:59:59Z': { kept: 'OK by weekdays', missed: 'OK by weekdays' },
      '2027-03-29T04:00:00Z': { kept: 'OK by weekdays', missed: 'VIOLATED by weekdays: OVERDUE' },
    },
  },
  'Weekly full': {
    world: (world) => {
      world.server('files', [success('2026-11-22T03:00:00Z'), success('2026-11-29T03:00:00Z')]);
      world.server('mail', [success('2026-11-22T03:00:00Z'), success('2026-11-28T23:00:00Z')]);
      const withWarnings = success('2026-11-29T03:00:00Z', { hasWarnings: true });
      world.server('crm-db', [success('2026-11-22T03:00:00Z'), withWarnings]);
    },
    verdicts: {
      '2026-11-29T12:59:59Z': {
        files: 'OK by weekly-full',
        mail: 'OK by weekly-full',
        'crm-db': 'OK by weekly-full: WARNINGS',
      },
      '2026-11-29T13:00:00Z': {
        files: 'OK by weekly-full',
        mail: 'VIOLATED by weekly-full: OVERDUE',
        'crm-db': 'VIOLATED by weekly-full: OVERDUE, WARNINGS',
      },
    },
  },
  'Lag of the log archive': {
    world: (world) => {
      world.stream('trade', '2026-05-01T00:00:00Z', { lagMs: 240_000 });
      world.stream('report', '2026-03-01T00:00:00Z', { status: 'STOPPED', lagMs: 9_000_000 });
      world.stream('report', '2026-05-01T00:00:00Z', { lagMs: 300_000 });
      world.stream('pay', '2026-05-01T00:00:00Z', { lagMs: 360_000 });
      world.stream('risk', '2026-03-01T00:00:00Z');
      world.stream('risk', '2026-05-01T00:00:00Z', { status: 'STOPPED' });
      world.stream('member', '2026-05-01T00:00:00Z', { status: 'INTERRUPTED' });
      world.stream('stock', '2026-05-01T00:00:00Z', { status: 'SUSPEND' });
    },
    verdicts: {
      '2026-11-29T12:00:00Z': {
        trade: 'OK by log-archive',
        report: 'OK by log-archive',
        pay: 'VIOLATED by log-archive: LAGGING',
        risk: 'VIOLATED by log-archive: STOPPED',
        member: 'VIOLATED by log-archive: FAILING',
        stock: 'VIOLATED by log-archive: PAUSED',
        // The cluster of all of them is listed, and has no stream of its own.
        yc0820_17: 'NOT_EXPECTED: NO_EXPECTATION',
      },
    },
  },
  'Development machines excluded': {
    world: (world) => {
      world.server('prod-db', [success('2026-11-29T02:10:00Z')]);
      for (const name of ['prod-web', 'dev-build', 'test-web', 'old-dev-build']) {
        world.server(name, [success('2026-11-20T02:10:00Z')]);
      }
    },
    verdicts: {
      '2026-11-29T12:00:00Z': {
        'prod-db': 'OK by nightly',
        'prod-web': 'VIOLATED by nightly: OVERDUE',
        'dev-build': 'NOT_EXPECTED by nightly: EXCLUDED',
        'test-web': 'NOT_EXPECTED by nightly: EXCLUDED',
        'old-dev-build': 'VIOLATED by nightly: OVERDUE',
      },
    },
    sentences: { 'dev-build': 'can be built anew from the templates' },
  },
  // Two of the 26 hours pass before the freeze, the other 24 after it.
  Freeze: {
    world: (world) => {
      world.server('erp-db', [success('2026-12-23T22:00:00Z')]);
      world.server('mail', [success('2026-12-21T22:00:00Z')]);
    },
    verdicts: {
      '2026-12-25T12:00:00Z': {
        'erp-db': 'OK by nightly: MAINTENANCE',
        mail: 'VIOLATED by nightly: OVERDUE, MAINTENANCE',
      },
      '2026-12-27T23:59:59Z': { 'erp-db': 'OK by nightly', mail: 'VIOLATED by nightly: OVERDUE' },
      '2026-12-28T00:00:00Z': { 'erp-db': 'VIOLATED by nightly: OVERDUE' },
    },
  },
  Decommissioned: {
    world: (world) => {
      const nights = [success('2026-11-26T02:10:00Z'), success('2026-11-27T02:10:00Z')];
      const removal = { operation: 'remove_resource' } as const;
      world.server('erp-db', [...nights, success('2026-11-29T02:10:00Z')]);
      world.server('old-erp', [...nights, success('2026-11-27T09:00:00Z', removal)]);
      world.server('old-crm', [...nights, { ...failure('2026-11-27T09:00:00Z'), ...removal }]);
      const vault = { vault: 'vault-old-office' };
      world.server(
        'old-mail',
        [...nights, success('2026-11-27T09:00:00Z', { operation: 'vault_delete' })],
        vault,
      );
      world.searchCluster('orders', [success('2026-11-29T02:10:00Z'), success('2027-01-15T00:00:00Z')]);
      world.searchCluster('orders-old', nights);
    },
    verdicts: {
      '2026-11-29T12:00:00Z': {
        'erp-db': 'OK by nightly',
        'old-erp': 'NOT_EXPECTED by nightly: RETIRED',
        'old-crm': 'VIOLATED by nightly: OVERDUE',
        'old-mail': 'NOT_EXPECTED by nightly: RETIRED',
        orders: 'OK by nightly',
        'orders-old': 'NOT_EXPECTED by nightly: EXCLUDED',
      },
      '2027-01-15T00:00:00Z': { orders: 'OK by nightly', 'orders-old': 'VIOLATED by nightly: OVERDUE' },
    },
  },
  'Alert at the second failure': {
    world: (world) => {
      const before = success('2026-11-28T10:00:00Z');
      const failed = failure('2026-11-29T02:10:00Z');
      world.server('erp-app', [before, failed]);
      world.server('erp-db', [before, failed, success('2026-11-29T05:00:00Z')]);
      world.server('crm-db', [before, failed, failure('2026-11-29T08:00:00Z', 'timeout')]);
      world.server('files', [before, running('2026-11-29T06:00:00Z')]);
      world.server('report-db', [before, running('2026-11-29T05:59:00Z')]);
    },
    verdicts: {
      '2026-11-29T12:00:00Z': {
        'erp-app': 'OK by nightly',
        'erp-db': 'OK by nightly',
        'crm-db': 'VIOLATED by nightly: FAILING',
        files: 'OK by nightly',
        'report-db': 'VIOLATED by nightly: STUCK',
      },
    },
  },
  'Several rules': {
    world: (world) => {
      world.server('prod-db-1', [success('2026-11-29T05:30:00Z')]);
      world.server('prod-db-2', [success('2026-11-29T04:30:00Z')]);
      world.server('prod-web', [success('2026-11-29T04:30:00Z')]);
      world.server('prod-mail', [success('2026-11-28T09:30:00Z')]);
      world.server('intranet', [success('2026-11-24T02:10:00Z')]);
      world.server('archive', [success('2026-11-20T02:10:00Z')]);
    },
    verdicts: {
      '2026-11-29T12:00:00Z': {
        'prod-db-1': 'OK by databases',
        'prod-db-2': 'VIOLATED by databases: OVERDUE',
        'prod-web': 'OK by production',
        'prod-mail': 'VIOLATED by production: OVERDUE',
        intranet: 'OK by everything-else',
        archive: 'VIOLATED by everything-else: OVERDUE',
      },
    },
  },
  'Resources that nobody has ever backed up': {
    world: (world) => {
      world.server('erp-db', [success('2026-11-29T02:10:00Z'), success('2026-11-30T02:10:00Z')]);
      const id = '6fc5b157-44a3-4b21-9c5c-b1f2ef1c2f4f';
      world.server('billing-db', [success('2026-11-29T15:00:00Z')], { id });
      world.member('erp-db');
      world.member('crm-db');
    },
    verdicts: {
      '2026-11-29T12:00:00Z': {
        'erp-db': 'OK by nightly',
        'billing-db': 'VIOLATED by nightly: NEVER_RUN',
        'crm-db': 'VIOLATED by nightly: NEVER_RUN',
      },
      '2026-11-30T12:00:00Z': {
        'erp-db': 'OK by nightly',
        'billing-db': 'OK by nightly',
        'crm-db': 'VIOLATED by nightly: NEVER_RUN',
      },
    },
  },
};

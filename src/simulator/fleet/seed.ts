import type { FleetSizes } from '../settings.js';
import { resourceOf, VAULTS } from './cbr-operations.js';
import type { Fleet, OcpCluster } from './fleet.js';
import type { Life } from './life.js';
import { makeOcpRecord } from './ocp-workload.js';
import type { Random } from './random.js';
import type { Workload } from './workload.js';

const DAY_MS = 24 * 60 * 60_000;
/** How far back the seeded rows reach. */
const SPAN_MS = 30 * DAY_MS;

/** Fills an empty fleet with what 30 days of work would have left, up to and including running tasks. */
export function seedFleet(fleet: Fleet, sizes: FleetSizes, source: Seed): void {
  seedCss(fleet, sizes, source);
  seedRows(source.life.ofCbr(), { count: sizes.cbrRows, recent: 10 }, source);
  seedVaults(fleet);
  seedCce(fleet, sizes, source);
  seedOcp(fleet, sizes, source);
}

/** What a fleet is filled with. */
export interface Seed {
  readonly life: Life;
  readonly random: Random;
  readonly nowMs: number;
}

const CSS_NAMES = ['logs', 'search-shop', 'audit', 'observability', 'catalogue', 'siem'] as const;

function seedCss(fleet: Fleet, sizes: FleetSizes, source: Seed): void {
  const random = source.random.fork('css');
  for (let index = 0; index < sizes.cssClusters; index++) {
    const name = nameAt(CSS_NAMES, index);
    const createdMs = source.nowMs - (400 - index) * DAY_MS;
    const cluster = fleet.addCssCluster({ id: random.uuid(), name, createdMs });
    seedRows(source.life.ofCss(cluster), { count: sizes.cssRowsPerCluster, recent: 1 }, source);
  }
}

/** In each vault one member has been added of which no operation tells, and a tenant of which no stream does. */
const NEWCOMER = 'added-today';

function seedVaults(fleet: Fleet): void {
  for (const vault of VAULTS) {
    const names = [...vault.resources, `${NEWCOMER}-${vault.name}`];
    const members = names.map((name) => ({ ...resourceOf(name, vault), protectStatus: 'available' }));
    fleet.addVault(vault).members.push(...members);
  }
}

const CCE_NAMES = ['prod-eu', 'staging-eu', 'batch', 'edge'] as const;

function seedCce(fleet: Fleet, sizes: FleetSizes, source: Seed): void {
  const random = source.random.fork('cce');
  for (let index = 0; index < sizes.cceClusters; index++) {
    const name = nameAt(CCE_NAMES, index);
    const createdMs = source.nowMs - (300 - index) * DAY_MS;
    const cluster = fleet.addCceCluster({ id: random.uuid(), name, createdMs });
    seedRows(source.life.ofCce(cluster), { count: sizes.cceRowsPerCluster, recent: 1 }, source);
  }
}

const TENANT_NAMES = [
  'sys',
  'trade',
  'pay',
  'member',
  'risk',
  'report',
  'stock',
  'crm',
  'hr',
  'log',
] as const;

function seedOcp(fleet: Fleet, sizes: FleetSizes, source: Seed): void {
  if (sizes.ocpTenants === 0) return;
  const createdMs = source.nowMs - 700 * DAY_MS;
  const primary = fleet.addOcpCluster({ id: 1000005, name: 'yc0820_17', createdMs });
  for (let index = 0; index < sizes.ocpTenants; index++) {
    const name = nameAt(TENANT_NAMES, index);
    primary.tenants.push({ id: 100 + index, obTenantId: 1001 + index, name });
  }
  const standby = fleet.addOcpCluster({ id: 1000006, name: 'yc0820_17_standby', createdMs, primary });
  standby.tenants.push(...primary.tenants.slice(0, 3));
  for (const cluster of [primary, standby]) seedStreams(cluster, source);
  primary.tenants.push({ id: 100 + sizes.ocpTenants, obTenantId: 1001 + sizes.ocpTenants, name: NEWCOMER });
}

/** How long ago the last tenant of the primary was taken into backup, for the first time. */
const NEWCOMER_AGE_MS = 40 * 60_000;

/**
 * The cluster's own stream, and for each tenant the running round after one that was stopped. The last tenant of
 * the primary is new, so that a list of the latest tasks shows a stream as well.
 */
function seedStreams(cluster: OcpCluster, source: Seed): void {
  const random = source.random.fork(`ocp-${cluster.id}`);
  const workload = source.life.ofOcp(cluster);
  const [newcomer] = cluster.type === 'PRIMARY' ? cluster.tenants.slice(-1) : [];
  for (const tenant of [undefined, ...cluster.tenants]) {
    const startedMs = source.nowMs - random.integer(20, 600) * DAY_MS - random.integer(0, DAY_MS);
    const earlier = makeOcpRecord(cluster, tenant, startedMs - random.integer(20, 90) * DAY_MS);
    const stopped = { ...earlier, status: 'STOPPED', checkpoint: startedMs, modifyTime: startedMs };
    const isNew = tenant !== undefined && tenant === newcomer;
    const current = makeOcpRecord(cluster, tenant, isNew ? source.nowMs - NEWCOMER_AGE_MS : startedMs);
    workload.advance(current, { nowMs: source.nowMs, rate: 1 });
    cluster.rows.add(...(tenant === undefined || isNew ? [] : [stopped]), current);
  }
}

/** `recent` of the rows were created in the last minutes, so that some are still at work. */
function seedRows<R extends object>(
  workload: Workload<R>,
  amount: { readonly count: number; readonly recent: number },
  { random, nowMs }: Seed,
): void {
  const recent = Math.min(amount.recent, amount.count);
  const older = amount.count - recent;
  const stepMs = SPAN_MS / Math.max(1, older);
  for (let index = older; index > 0; index--) {
    add(workload, Math.round(nowMs - (index - random.next()) * stepMs), nowMs);
  }
  for (let index = recent; index > 0; index--) add(workload, nowMs - index * 20_000 + 15_000, nowMs);
}

function add<R extends object>(workload: Workload<R>, createdMs: number, nowMs: number): void {
  const record = workload.makeRow(createdMs);
  workload.advance(record, { nowMs, rate: 1 });
  workload.rows.add(record);
}

function nameAt(names: readonly string[], index: number): string {
  const round = Math.floor(index / names.length);
  return `${String(names[index % names.length])}${round === 0 ? '' : `-${round + 1}`}`;
}

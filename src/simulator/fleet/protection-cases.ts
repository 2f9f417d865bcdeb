import { VAULTS, type Vault } from './cbr-operations.js';
import { makeOperation, outcomeOf, type CbrPlace, type OperationType, type Outcome } from './cbr-workload.js';
import type { Fleet } from './fleet.js';
import { makeOcpRecord } from './ocp-workload.js';
import type { Random } from './random.js';
import type { CbrRecord } from './records.js';
import type { Seed } from './seed.js';

const HOUR_MS = 60 * 60_000;
const DAY_HOURS = 24;

/**
 * Adds a resource for each thing that can be said of backups, as docs/demo.yaml expects them. They stay what they are for
 * days, whenever the simulator is started.
 */
export function addProtectionCases(fleet: Fleet, project: CbrPlace['project'], seed: Seed): void {
  const place = { project, random: seed.random.fork('protection cases') };
  const server = (name: string): Server => new Server(name, { ...place, fleet, ...seed });
  addFine(server('billing-db'));
  addOverdue(server('payroll-app'));
  addFailing(server('crm-db'));
  addStuck(server('report-db'));
  addRetired(server('legacy-erp'));
  addExcluded(server('dev-build-01'));
  addUnknown(server('tax-archive'));
  addLagging(fleet, seed);
}

function addFine(server: Server): void {
  server.backedUp(hoursAgo(10 * DAY_HOURS, 2, 6), 'success');
  server.goesOn(6, 'success');
}

function addOverdue(server: Server): void {
  server.backedUp(hoursAgo(20 * DAY_HOURS, 4 * DAY_HOURS, DAY_HOURS), 'success');
}

/** The last weekly backup failed, as did all that repeated it. */
function addFailing(server: Server): void {
  server.backedUp(hoursAgo(30 * DAY_HOURS, 2 * DAY_HOURS, 7 * DAY_HOURS), 'success');
  server.backedUp(hoursAgo(30, 1, 6), 'failed');
  server.goesOn(6, 'failed');
}

function addStuck(server: Server): void {
  server.backedUp(hoursAgo(22 * DAY_HOURS, DAY_HOURS, 7 * DAY_HOURS), 'success');
  server.hangs(9);
}

function addRetired(server: Server): void {
  server.backedUp(hoursAgo(25 * DAY_HOURS, 8 * DAY_HOURS, DAY_HOURS), 'success');
  server.operated('remove_resource', 8 * DAY_HOURS - 3, 'success');
}

function addExcluded(server: Server): void {
  server.backedUp([11 * DAY_HOURS], 'success');
}

/** Only a test of restoring is in the window; the last backup was before it. */
function addUnknown(server: Server): void {
  server.operated('restore', 12 * DAY_HOURS, 'success');
}

/** A cluster whose log archive has come to a halt. */
function addLagging(fleet: Fleet, { life, nowMs }: Seed): void {
  const createdMs = nowMs - 200 * DAY_HOURS * HOUR_MS;
  const cluster = fleet.addOcpCluster({ id: 1000007, name: 'pay_prod', createdMs });
  const tenant = { id: 201, obTenantId: 1101, name: 'settlement' };
  cluster.tenants.push(tenant);
  const delay = 2520;
  const checkpoint = nowMs - delay * 1000;
  for (const each of [undefined, tenant]) {
    const stream = makeOcpRecord(cluster, each, createdMs);
    cluster.rows.add({ ...stream, status: 'RUNNING', checkpoint, delay, modifyTime: checkpoint });
  }
  life.hold(cluster.rows);
}

/** From the longest ago to the latest. */
function hoursAgo(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.floor((first - last) / step) + 1 }, (_, index) => first - index * step);
}

const VAULT: Omit<Vault, 'resources'> = {
  id: 'c1f8d2a6-5b0e-4f8c-9a55-2f6f0d5d7e31',
  name: 'vault-business-servers',
  providerId: VAULTS[0].providerId,
  policyId: '1b7c9a54-0d1e-4d0a-8d73-6a5d5c1e9f20',
  resourceType: 'OS::Nova::Server',
};

/** One server, and what is done with it. */
class Server {
  readonly #vault: Vault;

  constructor(
    name: string,
    private readonly place: CbrPlace & Seed & { readonly fleet: Fleet },
  ) {
    this.#vault = { ...VAULT, resources: [name] };
  }

  backedUp(hours: readonly number[], outcome: Outcome): void {
    for (const each of hours) this.operated('backup', each, outcome);
  }

  operated(type: OperationType, hours: number, outcome: Outcome): void {
    const { fleet, life, nowMs } = this.place;
    const record = this.#make(type, nowMs - hours * HOUR_MS, outcome);
    life.ofCbr().advance(record, { nowMs, rate: 1 });
    fleet.cbr.add(record);
  }

  /** A backup that began and never ends. */
  hangs(hours: number): void {
    const { fleet, life, nowMs } = this.place;
    const record = this.#make('backup', nowMs - hours * HOUR_MS, 'success');
    record.status = 'running';
    fleet.cbr.add(record);
    life.hold(record);
  }

  /** Further backups, which all end like this. */
  goesOn(everyHours: number, outcome: Outcome): void {
    this.place.life.alsoStart({
      rows: this.place.fleet.cbr,
      intervalMs: everyHours * HOUR_MS,
      makeRow: (createdMs) => this.#make('backup', createdMs, outcome),
    });
  }

  #make(type: OperationType, createdMs: number, outcome: Outcome): CbrRecord {
    const id = idThatEnds(outcome, this.place.random);
    return makeOperation({ id, type, vault: this.#vault, createdMs }, this.place);
  }
}

/** How a task ends follows from its id. */
function idThatEnds(outcome: Outcome, random: Random): string {
  for (;;) {
    const id = random.uuid();
    if (outcomeOf(id) === outcome) return id;
  }
}

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { VERDICTS } from '@/resources/verdict.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { askPage } from '../support/tasks.js';

const HOUR_MS = 3_600_000;

/** What the demo has to show, by the name of a resource. */
const STATES: Readonly<Record<string, string>> = {
  'billing-db': 'OK',
  'payroll-app': 'VIOLATED: OVERDUE',
  'crm-db': 'VIOLATED: FAILING',
  'report-db': 'VIOLATED: STUCK',
  settlement: 'VIOLATED: LAGGING',
  'hr-db': 'VIOLATED: NEVER_RUN',
  'legacy-erp': 'NOT_EXPECTED: RETIRED',
  'dev-build-01': 'NOT_EXPECTED: EXCLUDED',
  'tax-archive': 'UNKNOWN: WINDOW_TOO_SHORT',
};

let nowMs: number;
let simulator: Simulator;
let gateway: RunningGateway;

/** The demo as `npm run demo` starts it, but for its clock, and with fewer tasks beside those that it is about. */
async function startDemo(startTime: string): Promise<void> {
  nowMs = Date.parse(startTime);
  const fleet = { cbrRows: 600, cssRowsPerCluster: 60 };
  simulator = await startSimulator({ protectionCases: true, fleet, clock: () => nowMs });
  gateway = await startGateway(simulator, { clock: () => nowMs });
}

function letHoursPass(hours: number): void {
  nowMs += hours * HOUR_MS;
  simulator.advance();
}

interface Resource {
  readonly name: string;
  readonly verdict: string;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly lastSuccessTime: string | null;
  readonly runningSince: string | null;
  readonly overdueSeconds: number | null;
  readonly consecutiveFailures: number;
}

async function resourcesByName(): Promise<Record<string, Resource>> {
  const { body } = await ask(`${gateway.url}/v1/resources?pageSize=1000`);
  const { resources } = body as { readonly resources: readonly Resource[] };
  return Object.fromEntries(resources.map((resource) => [resource.name, resource]));
}

function statesOf(resources: Record<string, Resource>): Record<string, string> {
  const stateOf = ({ verdict, reasons }: Resource): string =>
    [verdict, ...reasons.map(({ code }) => code)].join(': ');
  return Object.fromEntries(Object.entries(resources).map(([name, resource]) => [name, stateOf(resource)]));
}

describe('the demo', () => {
  afterEach(async () => {
    await gateway.stop();
    await simulator.stop();
  });

  // Among them the days around which a quarter begins, and is due.
  it.each(['2026-11-29T12:00:00Z', '2026-12-31T23:30:00Z', '2027-05-02T03:00:00Z'])(
    'shows each state when it is started at %s, and for days',
    async (startTime) => {
      await startDemo(startTime);
      for (const hours of [0, 1, 30, 65]) {
        letHoursPass(hours);
        expect(statesOf(await resourcesByName())).toMatchObject(STATES);
      }
    },
  );

  it('goes on: what is fine succeeds, what fails goes on failing, what is late becomes later', async () => {
    await startDemo('2026-11-29T12:00:00Z');
    const before = await resourcesByName();
    for (let hour = 0; hour < 13; hour++) letHoursPass(1);
    const after = await resourcesByName();
    const successOf = (resource?: Resource): number => Date.parse(resource?.lastSuccessTime ?? '');
    expect(successOf(after['billing-db'])).toBeGreaterThan(successOf(before['billing-db']) + 6 * HOUR_MS);
    const failed = before['crm-db']?.consecutiveFailures ?? 0;
    expect(after['crm-db']?.consecutiveFailures).toBeGreaterThan(failed);
    expect(after['report-db']?.runningSince).toBe(before['report-db']?.runningSince);
    const late = before['payroll-app']?.overdueSeconds ?? 0;
    expect(after['payroll-app']?.overdueSeconds).toBe(late + 13 * 3600);
  });

  it('takes nothing out of its protection but what is shown as retired', async () => {
    await startDemo('2026-11-29T12:00:00Z');
    for (let hour = 0; hour < 5; hour++) letHoursPass(1);
    const { tasks } = await askPage(gateway.url, { type: 'REMOVE_RESOURCE,VAULT_DELETE' });
    expect(tasks.map(({ resource }) => resource?.name)).toEqual(['legacy-erp']);
  });

  it('counts every verdict, is complete, and says of each resource why', async () => {
    await startDemo('2026-11-29T12:00:00Z');
    const { body } = await ask(`${gateway.url}/v1/protection`);
    expect(body).toMatchObject({ warnings: [], unreachable: [], completeness: { complete: true } });
    const { total } = body as { readonly total: Record<string, number> };
    for (const verdict of VERDICTS) expect(total[verdict]).toBeGreaterThan(0);
    for (const { reasons } of Object.values(await resourcesByName())) {
      for (const { message } of reasons) expect(message).toMatch(/^[A-Z].{20,}\.$/);
    }
  });
});

describe('the demo in containers', () => {
  it('expects the same', () => {
    const keys = ['expectations', 'resources', 'exclusions', 'maintenance'];
    const protectionIn = (file: string): unknown[] => {
      const config = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      return keys.map((key) => config[key]);
    };
    expect(protectionIn('docs/compose.yaml')).toEqual(protectionIn('docs/demo.yaml'));
  });
});

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLoad } from '../../load/load-processes.js';
import { startRedis, until, type TestRedis } from '../../support/redis.js';
import { TestSetup } from '../../support/test-setup.js';
import type { Simulator } from '../../support/gateway.js';
import { addCases, mendCases } from '../backup-cases.js';
import { dashboards, filledIn } from '../dashboards.js';
import { RULES, rules } from '../rules.js';
import { PrometheusServer } from './prometheus-server.js';
import { shortenRules } from '../short-rules.js';
import { WatchedGateway } from './watched-gateway.js';

/** Long enough for the most patient rule, on any machine. */
const LONGEST_MS = 300_000;
const OVERLOAD = { question: 'new filter', connections: 1_000, spanMs: 30_000, perSecond: null } as const;
/** Those with which something is wrong; the others have no series. */
const BAD_RESOURCES = 7;

const setup = new TestSetup();
const seen = new Set<string>();
let simulator: Simulator;
let redis: TestRedis;
let gateway: WatchedGateway;
let prometheus: PrometheusServer;
let url: string;

beforeAll(async () => {
  simulator = await setup.simulator({ fleet: 'empty', life: { rate: 0 } });
  redis = await startRedis();
  setup.onClear(() => redis.stop());
  gateway = new WatchedGateway(simulator, redis);
  setup.onClear(() => gateway.clear());
  prometheus = new PrometheusServer(shortenRules(readFileSync(RULES, 'utf8')));
  setup.onClear(() => prometheus.stop());
  addCases(simulator, Date.now() - 90 * 60_000);
  const { rows } = simulator.fleet.addCceCluster({ id: 'apps' });
  const times = { createdMs: Date.now() - 2, updatedMs: Date.now(), completedMs: Date.now() };
  rows.add({ uid: 'upgrade-1', ...times, phase: 'Success', progress: 100, message: '' });
  gateway.configure({ token: 'a-wrong-one', maxResources: BAD_RESOURCES });
  await prometheus.ready();
  await start();
});
afterAll(() => setup.clear());

async function start(): Promise<void> {
  url = await gateway.start();
  prometheus.watch(url);
  await isScraped();
}

async function isScraped(): Promise<void> {
  await until(async () => (await prometheus.value('up')) === 1);
}

async function firingNow(): Promise<string[]> {
  const alerts = await prometheus.alerts();
  const firing = alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname ?? '');
  for (const name of firing) seen.add(name);
  return [...new Set(firing)].sort();
}

async function fires(...alerts: readonly string[]): Promise<void> {
  await waits(
    async () => {
      const firing = await firingNow();
      return alerts.every((name) => firing.includes(name));
    },
    `these to fire: ${alerts.join(', ')}`,
  );
}

async function allClear(): Promise<void> {
  await waits(async () => (await firingNow()).length === 0, 'all alerts to clear');
}

async function waits(condition: () => Promise<boolean>, what: string): Promise<void> {
  const beganMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - beganMs > LONGEST_MS) {
      throw new Error(`waited for ${what}; there are ${JSON.stringify(await prometheus.alerts())}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What has no answer when all is well. */
function isAboutTrouble(expression: string): boolean {
  return /> 0\)?$|reason=~|state!~|_feed_drift|_error_answers_|running_since/.test(expression);
}

interface Outage {
  readonly name: string;
  readonly alerts: readonly string[];
  readonly begin: () => unknown;
  readonly end: () => unknown;
}

const OUTAGES: readonly Outage[] = [
  {
    name: 'backups fail, hang, lag and do not run, upstreams hang, refuse a token and change their format',
    alerts: rules
      .map(({ alert }) => alert)
      .filter((alert) => /^(?:Log)?Backup|^Tributary(?:Data|Upstream|Credential)/.test(alert))
      .filter((alert) => alert !== 'BackupGatewayAbsent'),
    begin: async () => {
      await until(async () => (await prometheus.value('tributary_source_up{source="search-logs"}')) === 1);
      await simulator.setFault('css', 'hang');
      await simulator.setFault('cce', { kind: 'rows-unknown-statuses', rowStep: 1 });
    },
    end: async () => {
      await simulator.setFault('css', null);
      await simulator.setFault('cce', null);
      mendCases(simulator, Date.now());
      gateway.configure();
    },
  },
  {
    name: 'Redis is killed',
    alerts: ['TributaryRedisDown'],
    begin: () => redis.kill(),
    end: () => redis.start(),
  },
  {
    name: 'the configuration becomes invalid',
    alerts: ['TributaryReloadFailed'],
    begin: () => {
      gateway.configure({ isValid: false });
    },
    end: () => {
      gateway.configure();
    },
  },
  {
    name: 'a thousand clients ask at once, again and again',
    alerts: ['TributaryOverloaded'],
    begin: () => putLoad({ url, ...OVERLOAD }, 1),
    end: () => undefined,
  },
  {
    name: 'the process stands still',
    alerts: ['TributaryTargetDown'],
    begin: () => {
      gateway.pause();
    },
    end: () => {
      gateway.resume();
    },
  },
  {
    name: 'the process is killed three times',
    alerts: ['TributaryRestarting'],
    begin: async () => {
      for (let times = 0; times < 3; times += 1) {
        await gateway.kill();
        await start();
      }
    },
    end: () => undefined,
  },
  {
    name: 'the process is gone',
    alerts: ['BackupGatewayAbsent', 'TributaryTargetDown'],
    begin: () => gateway.kill(),
    end: start,
  },
];

describe('in a real Prometheus, with times that are shortened', () => {
  it.each(OUTAGES)(
    'when $name, the alerts for it fire, and clear afterwards',
    async ({ alerts, begin, end }) => {
      const begun = begin();
      await fires(...alerts);
      await begun;
      await end();
      await allClear();
    },
    3 * LONGEST_MS,
  );

  it('each question of the dashboards has an answer', async () => {
    const expressions = dashboards.flatMap(({ panels }) => panels.flatMap(({ targets = [] }) => targets));
    const unanswered: string[] = [];
    for (const { expr } of expressions) {
      const hasAnswer = (await prometheus.value(filledIn(expr))) !== null;
      if (!hasAnswer && !isAboutTrouble(expr)) unanswered.push(expr);
    }
    expect(unanswered).toEqual([]);
  });

  it('each alert that ships has fired', () => {
    expect([...seen].sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });
});

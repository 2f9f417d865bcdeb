import { HuaweiGate } from './auth/huawei.js';
import { OcpGate } from './auth/ocp.js';
import { IssuedTokens } from './auth/tokens.js';
import { CallLog } from './call-log.js';
import { closesPort, type Faults } from './faults/fault.js';
import { Fleet } from './fleet/fleet.js';
import { Life } from './fleet/life.js';
import { addProtectionCases } from './fleet/protection-cases.js';
import { Random } from './fleet/random.js';
import { seedFleet } from './fleet/seed.js';
import { Listener } from './http/listener.js';
import {
  settingsFrom,
  UPSTREAM_NAMES,
  type SimulatorOptions,
  type SimulatorSettings,
  type UpstreamName,
} from './settings.js';
import { cbrUpstream } from './upstreams/cbr.js';
import { cceUpstream } from './upstreams/cce.js';
import { cssUpstream } from './upstreams/css.js';
import { iamUpstream } from './upstreams/iam.js';
import { ocpUpstream } from './upstreams/ocp.js';
import type { Upstream, World } from './upstreams/upstream.js';

/** The four upstreams and Huawei IAM, each listening on a port of its own. */
export interface Simulator {
  /** `http://127.0.0.1:PORT`; they stay the same while the simulator runs. */
  readonly urls: Readonly<Record<UpstreamName, string>>;
  /** Mutable: a change takes effect on the next call. */
  readonly settings: SimulatorSettings;
  /** Clusters and rows, to be added, changed and removed directly. */
  readonly fleet: Fleet;
  readonly calls: CallLog;
  /**
   * Sets faults in the place of those before, or clears them; resolves when they are in force, which `refuse` and
   * its end take a moment for.
   */
  readonly setFault: (upstream: UpstreamName, faults: Faults) => Promise<void>;
  /** Makes every token that IAM issued invalid before its time. */
  readonly revokeTokens: () => void;
  /** Brings the tasks to the clock's time, as every call does by itself. */
  readonly advance: () => void;
  /** Closes all ports and drops all connections, hanging ones included. */
  readonly stop: () => Promise<void>;
}

const UPSTREAMS: Readonly<Record<UpstreamName, (world: World) => Upstream>> = {
  css: cssUpstream,
  cbr: cbrUpstream,
  cce: cceUpstream,
  ocp: ocpUpstream,
  iam: iamUpstream,
};

/** Starts the upstreams; rejects when a port is taken. Options not given keep their defaults. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = settingsFrom(options);
  const random = new Random(settings.seed);
  const world = makeWorld(settings, random);
  const calls = new CallLog();
  const listeners = Object.fromEntries(
    UPSTREAM_NAMES.map((name) => {
      const context = { world, log: calls, random: random.fork(`requests of ${name}`) };
      return [name, new Listener(UPSTREAMS[name](world), context)];
    }),
  ) as Record<UpstreamName, Listener>;
  const stop = async (): Promise<void> => {
    await Promise.all(UPSTREAM_NAMES.map((name) => listeners[name].close()));
  };
  await openAll(listeners, settings).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    urls: urlsOf(listeners),
    settings,
    fleet: world.fleet,
    calls,
    setFault: async (name, faults) => {
      settings.faults[name] = faults;
      await (closesPort(faults) ? listeners[name].close() : listeners[name].open());
    },
    revokeTokens: () => {
      world.tokens.revokeAll();
    },
    advance: () => {
      world.life.advance(settings.clock());
    },
    stop,
  };
}

function makeWorld(settings: SimulatorSettings, random: Random): World {
  const fleet = new Fleet();
  const life = new Life(fleet, settings, random.fork('life'));
  const seed = { life, random: random.fork('seed'), nowMs: settings.clock() };
  if (settings.fleet !== 'empty') seedFleet(fleet, settings.fleet, seed);
  if (settings.protectionCases) addProtectionCases(fleet, settings.accounts.project, seed);
  const tokens = new IssuedTokens(random.fork('tokens'));
  return {
    settings,
    fleet,
    life,
    tokens,
    huaweiGate: new HuaweiGate(() => settings.accounts, tokens),
    ocpGate: new OcpGate(() => settings.accounts),
  };
}

/** A port is taken even where the upstream refuses from the start, so that its URL is known. */
async function openAll(
  listeners: Record<UpstreamName, Listener>,
  settings: SimulatorSettings,
): Promise<void> {
  for (const name of UPSTREAM_NAMES) {
    await listeners[name].open(settings.ports[name]);
    if (closesPort(settings.faults[name])) await listeners[name].close();
  }
}

/** The variables that docs/demo.yaml and other configurations of the simulator's sources need. */
export function urlVariables(urls: Simulator['urls']): Record<string, string> {
  return {
    CSS_URL: urls.css,
    CBR_URL: urls.cbr,
    CCE_URL: urls.cce,
    OCP_URL: urls.ocp,
    IAM_URL: urls.iam,
  };
}

function urlsOf(listeners: Record<UpstreamName, Listener>): Record<UpstreamName, string> {
  return {
    css: listeners.css.url,
    cbr: listeners.cbr.url,
    cce: listeners.cce.url,
    ocp: listeners.ocp.url,
    iam: listeners.iam.url,
  };
}

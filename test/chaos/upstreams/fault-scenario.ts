import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '@/simulator/faults/fault.js';
import type { BreakableRoute } from './breakable-route.js';
import { PROTECTION, type Judged } from './judged.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../../support/gateway.js';
import { ask } from '../../support/http.js';
import { leaks } from '../../support/leaks.js';
import {
  listPath,
  type SentFeedProblem,
  type SentPage,
  type SentProblem,
  type SentTask,
} from '../../support/tasks.js';
import { SOURCES, UPSTREAMS, type UpstreamOfTasks } from '../../support/upstreams.js';

/** The longest a question waits, and a call takes, where it matters how long. */
export const BRIEF = { deadlineMs: 1_000, timeoutMs: 700 };
/** Where it does not matter: on no machine is this too short for what is well. */
export const AMPLE = { deadlineMs: 60_000, timeoutMs: 60_000 };
/** Longer than the clock goes ahead: nothing may leave it meanwhile. */
const WINDOW_MS = 10 * 365 * 86_400_000;

/** What reports faults besides the answer itself. */
const TELLING_PATHS = ['/v1/sources', '/health/ready', '/metrics'];

const FLEET = {
  cssClusters: 2,
  cssRowsPerCluster: 12,
  cbrRows: 30,
  cceClusters: 2,
  cceRowsPerCluster: 6,
  ocpTenants: 4,
};

/** How time goes by in a scenario. */
class Timing {
  /** How far the clock of simulator and gateway is ahead of the real one. */
  aheadMs = 0;

  constructor(
    readonly deadlineMs: number,
    readonly timeoutOf: (source: string) => number,
  ) {}

  readonly clock = (): number => Date.now() + this.aheadMs;
}

interface ScenarioOptions {
  /** The longest a question waits. */
  readonly deadlineMs?: number;
  /** The longest one call takes. */
  readonly timeoutMs?: number;
  /** The upstream whose calls take no longer than `timeoutMs`; absent: all. */
  readonly shortTimeoutFor?: UpstreamOfTasks;
  /** Opens the routes to some upstreams. */
  readonly by?: Partial<Record<UpstreamOfTasks, (url: string) => Promise<BreakableRoute>>>;
}

interface Environment {
  readonly simulator: Simulator;
  readonly routes: Partial<Record<UpstreamOfTasks, BreakableRoute>>;
}

async function openRoutes(
  by: NonNullable<ScenarioOptions['by']>,
  urls: Simulator['urls'],
): Promise<Environment['routes']> {
  const opening = UPSTREAMS.map(async (name) => [name, await by[name]?.(urls[name])] as const);
  return Object.fromEntries((await Promise.all(opening)).filter(([, route]) => route !== undefined));
}

function startGatewayFor({ simulator, routes }: Environment, timing: Timing): Promise<RunningGateway> {
  const routeUrls = Object.entries(routes).map(([name, { url }]) => [name, url] as const);
  const urls = { ...simulator.urls, ...Object.fromEntries(routeUrls) };
  const { clock, deadlineMs, timeoutOf } = timing;
  return startGateway(
    { urls },
    {
      clock,
      deadlineMs,
      protection: PROTECTION,
      sources: (sources) =>
        sources.map((source) => ({ ...source, timeoutMs: timeoutOf(source.id), windowMs: WINDOW_MS })),
    },
  );
}

/** What a question was answered with. */
export interface Seen {
  readonly status: number;
  readonly tookMs: number;
  readonly tasks: readonly SentTask[];
  readonly complete: boolean;
  readonly problems: readonly SentFeedProblem[];
  readonly unreachable: readonly string[];
  /** Secrets and upstream texts in the answer, in what else is told of the feeds, in headers, the log or metrics. */
  readonly leaks: readonly string[];
}

/** A gateway before a small fleet, of which one upstream is about to fail. */
export class FaultScenario {
  private constructor(
    private readonly environment: Environment,
    private readonly timing: Timing,
    private gateway: RunningGateway,
  ) {}

  static async open(seed: number, options: ScenarioOptions = {}): Promise<FaultScenario> {
    const { deadlineMs = AMPLE.deadlineMs, timeoutMs = AMPLE.timeoutMs, shortTimeoutFor, by = {} } = options;
    const timing = new Timing(deadlineMs, (source) =>
      shortTimeoutFor === undefined || SOURCES[shortTimeoutFor] === source ? timeoutMs : AMPLE.timeoutMs,
    );
    const simulator = await startSimulator({ seed, clock: timing.clock, life: { rate: 0 }, fleet: FLEET });
    const routes = await openRoutes(by, simulator.urls);
    const setup = { simulator, routes };
    return new FaultScenario(setup, timing, await startGatewayFor(setup, timing));
  }

  /** A gateway that has read nothing yet takes the place of this one. */
  async restart(): Promise<void> {
    await this.gateway.stop();
    this.gateway = await startGatewayFor(this.environment, this.timing);
  }

  get simulator(): Simulator {
    return this.environment.simulator;
  }

  get url(): string {
    return this.gateway.url;
  }

  /** All tasks that there are, asked for at once. */
  async look(headers: Record<string, string> = {}): Promise<Seen> {
    const startMs = performance.now();
    const answer = await ask(`${this.gateway.url}${listPath({ pageSize: 1000 })}`, headers);
    const tookMs = performance.now() - startMs;
    const told = await Promise.all(TELLING_PATHS.map((path) => ask(`${this.gateway.url}${path}`)));
    const page = answer.body as Partial<SentPage & SentProblem>;
    return {
      status: answer.status,
      tookMs,
      tasks: page.tasks ?? [],
      complete: page.completeness?.complete ?? false,
      problems: page.completeness?.problems ?? page.problems ?? [],
      unreachable: page.unreachable ?? [],
      leaks: leaks(this.simulator, this.gateway, answer, ...told),
    };
  }

  /** All resources that there are, judged now. */
  async judge(): Promise<Judged> {
    const { status, body } = await ask(`${this.gateway.url}/v1/resources?pageSize=1000`);
    if (status !== 200) throw new Error(`resources were answered with ${status}`);
    return body as Judged;
  }

  /** Everything that there is. A busy machine may need more than one deadline for it. */
  async whole(): Promise<Seen> {
    for (;;) {
      const seen = await this.look();
      if (seen.complete) return seen;
    }
  }

  /** Time goes by: what is held turns stale, and pauses end. */
  pass(ms: number): void {
    this.timing.aheadMs += ms;
  }

  fault(upstream: UpstreamOfTasks, fault: Fault | null): Promise<void> {
    return this.simulator.setFault(upstream, fault);
  }

  /** Looks until nothing is missing any more; null when that does not come to pass. */
  async recover(headers: Record<string, string> = {}): Promise<Seen | null> {
    const endMs = performance.now() + 100_000;
    while (performance.now() < endMs) {
      const seen = await this.look(headers);
      if (seen.complete) return seen;
      this.pass(5_000);
      await sleep(30);
    }
    return null;
  }

  /** The same, from nothing but what is read from now on: the first renewal may be a read that was under way before. */
  async recoverWithNewReads(): Promise<Seen | null> {
    for (let time = 0; time < 2; time += 1) {
      await this.recover({ 'cache-control': 'no-cache' });
      this.pass(40_000);
    }
    return this.recover();
  }

  /** Breaks the route to an upstream, with all connections, or restores it. */
  async breakRoute(upstream: UpstreamOfTasks, isBroken: boolean): Promise<void> {
    const route = this.environment.routes[upstream];
    if (isBroken) route?.shut();
    else route?.open();
    await this.simulator.setFault(upstream, 'refuse');
    await this.simulator.setFault(upstream, null);
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await Promise.all(Object.values(this.environment.routes).map((route) => route.close()));
    await this.simulator.stop();
  }
}

import type { HuaweiGate } from '../auth/huawei.js';
import type { OcpGate } from '../auth/ocp.js';
import type { IssuedTokens } from '../auth/tokens.js';
import type { Fleet } from '../fleet/fleet.js';
import type { Life } from '../fleet/life.js';
import type { Call } from '../http/call.js';
import type { Quota } from '../http/rate-window.js';
import type { Refusal, Reply } from '../http/reply.js';
import type { SimulatorSettings, UpstreamName } from '../settings.js';

/** What the upstreams share. */
export interface World {
  readonly settings: SimulatorSettings;
  readonly fleet: Fleet;
  readonly life: Life;
  readonly tokens: IssuedTokens;
  readonly huaweiGate: HuaweiGate;
  readonly ocpGate: OcpGate;
}

export type PathParameters = Readonly<Record<string, string>>;

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Segments that start with a colon match anything and name it. */
  readonly path: string;
  /** The feed's key for the call log and for faults: a word, or `:name` of a path parameter. */
  readonly feed: string;
  answer(call: Call, parameters: PathParameters): Reply;
}

/** Words a refusal in the upstream's own shape. */
export type Refuse = (call: Call, refusal: Refusal, detail?: string) => Reply;

/** One simulated service. */
export interface Upstream {
  readonly name: UpstreamName;
  readonly routes: readonly Route[];
  /** null lets the call in. */
  authenticate(call: Call, parameters: PathParameters): Reply | null;
  refuse: Refuse;
  /** Headers of every answer. */
  headers(call: Call, quota: Quota | null): Record<string, string>;
}

export interface RouteMatch {
  readonly route: Route;
  readonly parameters: PathParameters;
  readonly feed: string;
}

/** The route that a call takes; null for an unknown path or method. */
export function matchRoute(routes: readonly Route[], call: Call): RouteMatch | null {
  for (const route of routes) {
    const parameters = route.method === call.method ? matchPath(route.path, call.segments) : null;
    if (parameters === null) continue;
    const feed = route.feed.startsWith(':') ? (parameters[route.feed.slice(1)] ?? '') : route.feed;
    return { route, parameters, feed };
  }
  return null;
}

function matchPath(pattern: string, segments: readonly string[]): PathParameters | null {
  const wanted = pattern.split('/').slice(1);
  if (wanted.length !== segments.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) parameters[part.slice(1)] = segment;
    else if (part !== segment) return null;
  }
  return parameters;
}

import { USUAL_TASK_TYPES, type Expectation } from '@/model/expectation.js';
import type { SourceConfig } from '@/model/source.js';
import { configFor, runGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, type Answer } from '../../support/http.js';
import { until } from '../../support/redis.js';
import { newSigningKey, TestIssuer } from '../test-issuer.js';
import { ForeignNames } from './foreign-names.js';
import { makePrincipals, type TestPrincipal } from './principals.js';
import { SOURCE_IDS, Upstreams, type SourceId } from './sources.js';

const NO_UPSTREAM = 'http://127.0.0.1:9';
const NO_URLS = { css: NO_UPSTREAM, cbr: NO_UPSTREAM, cce: NO_UPSTREAM, ocp: NO_UPSTREAM, iam: NO_UPSTREAM };

/**
 * A gateway with access control, and for each set of sources that a principal may see a gateway without it that is
 * configured with these alone.
 */
export class Gateways {
  readonly #references = new Map<string, RunningGateway>();
  readonly #stops: (() => Promise<unknown>)[] = [];
  #guarded!: RunningGateway;
  principals!: readonly TestPrincipal[];
  names!: ForeignNames;

  /** `seed`: of what the principals may see. */
  async start(seed: number): Promise<void> {
    const upstreams = await Upstreams.start();
    const key = await newSigningKey('key');
    const issuer = await TestIssuer.start(key);
    this.#stops.push(
      () => upstreams.stop(),
      () => issuer.stop(),
    );
    const { auth, principals } = await makePrincipals(issuer, key, seed);
    this.principals = principals;
    const { sources } = upstreams;
    const start = async (ids: readonly SourceId[], rest: object): Promise<RunningGateway> => {
      const config = { ...configOf(sources.filter(({ id }) => ids.includes(id as SourceId))), ...rest };
      const gateway = await runGateway(config);
      this.#stops.push(() => gateway.stop());
      return gateway;
    };
    this.#guarded = await start(SOURCE_IDS, { auth });
    for (const ids of visibleSets(principals)) this.#references.set(ids.join(), await start(ids, {}));
    await until(() => this.#haveRead());
    this.names = await ForeignNames.of(this.#referenceFor(SOURCE_IDS).url);
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.toReversed()) await stop();
  }

  /** What the gateway answers to a principal. */
  ask(principal: TestPrincipal, { path, headers, method }: TestRequest): Promise<Answer> {
    return ask(this.#guarded.url + path, { ...headers, ...principal.headers }, method);
  }

  /** What a gateway answers that has these sources only. */
  askReference(ids: readonly SourceId[], { path, headers, method }: TestRequest): Promise<Answer> {
    return ask(this.#referenceFor(ids).url + path, headers, method);
  }

  #referenceFor(ids: readonly SourceId[]): RunningGateway {
    const found = this.#references.get(ids.join());
    if (found === undefined) throw new Error(`no gateway with ${ids.join()}`);
    return found;
  }

  /** All sources have been read but the one that cannot be. */
  async #haveRead(): Promise<boolean> {
    const everything = this.principals.find(({ name }) => name === 'everything');
    const gateways = [{ url: this.#guarded.url, headers: everything?.headers }, ...this.#references.values()];
    for (const gateway of gateways) {
      const headers = 'headers' in gateway ? gateway.headers : {};
      await ask(`${gateway.url}/v1/tasks?pageSize=1`, headers);
      const { body } = await ask(`${gateway.url}/v1/sources`, headers);
      const { sources } = body as { sources: { feeds: { state: string }[] }[] };
      const states = sources.flatMap(({ feeds }) => feeds.map(({ state }) => state));
      if (states.includes('LOADING') || sources.some(({ feeds }) => feeds.length === 0)) return false;
    }
    return true;
  }
}

/** A request without a credential. */
export interface TestRequest {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  readonly headers: Record<string, string>;
}

/** For every source alike: the rules of a configuration are for all who ask. */
const DAILY: Expectation = {
  name: 'daily',
  match: {},
  rhythm: { kind: 'every', everyMs: 86_400_000, graceMs: 0 },
  taskTypes: USUAL_TASK_TYPES,
  failuresInARow: 2,
  maxDurationMs: 3_600_000,
  warningsCountAs: 'success',
  maxBlindMs: 365 * 86_400_000,
};

function configOf(sources: readonly SourceConfig[]): ReturnType<typeof configFor> {
  const options = { secret: 'a secret of all gateways', sources: () => sources };
  return configFor({ urls: NO_URLS }, { ...options, protection: { expectations: [DAILY] } });
}

/** Everything is one of them. */
function visibleSets(principals: readonly TestPrincipal[]): readonly (readonly SourceId[])[] {
  const sets = principals.flatMap(({ sources }) => [sources['tasks:read'], sources['sources:read']]);
  const distinct = new Map(
    [SOURCE_IDS, ...sets.flatMap((ids) => (ids ? [ids] : []))].map((ids) => [ids.join(), ids]),
  );
  return [...distinct.values()];
}

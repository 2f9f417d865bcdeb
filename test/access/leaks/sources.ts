import type { SourceConfig } from '@/model/source.js';
import { configFor, startSimulator, type Simulator } from '../../support/gateway.js';

/** Nobody listens there. */
const NO_UPSTREAM = 'http://127.0.0.1:9';

/** In configured order. `all` is also the word for every source. */
export const SOURCE_IDS = [
  ...['amber-logs', 'birch-vault', 'cedar-kube', 'delta-ocean', 'ember-logs', 'fjord-vault', 'all'],
] as const;
export type SourceId = (typeof SOURCE_IDS)[number];

export const PROVIDER_OF: Readonly<Record<SourceId, string>> = {
  'amber-logs': 'huawei-css',
  'birch-vault': 'huawei-cbr',
  'cedar-kube': 'huawei-cce',
  'delta-ocean': 'oceanbase-ocp',
  'ember-logs': 'huawei-css',
  'fjord-vault': 'huawei-cbr',
  all: 'huawei-cce',
};

const FLEET = { cssClusters: 2, cssRowsPerCluster: 25, cceClusters: 2, cceRowsPerCluster: 15, ocpTenants: 3 };
const HOURS_MS = 3_600_000;

/** Upstreams in which nothing happens. One of the sources cannot be reached, and one is truncated. */
export class Upstreams {
  private constructor(
    private readonly one: Simulator,
    private readonly other: Simulator,
  ) {}

  static async start(): Promise<Upstreams> {
    const options = { life: { rate: 0 }, ocp: { rateLimit: null } };
    const one = await startSimulator({ ...options, seed: 1, fleet: { ...FLEET, cbrRows: 60 } });
    const other = await startSimulator({ ...options, seed: 2, fleet: { ...FLEET, cbrRows: 40 } });
    return new Upstreams(one, other);
  }

  /** The configurations of all sources. What was read stays fresh throughout. */
  get sources(): readonly SourceConfig[] {
    const [css, cbr, cce, ocp] = configFor(this.one).sources;
    const [, otherCbr] = configFor(this.other).sources;
    const clusters = this.one.fleet.cce.map(({ id, name }) => [{ id, name }]);
    const configs: Record<SourceId, Partial<SourceConfig> | undefined> = {
      'amber-logs': css,
      'birch-vault': cbr,
      'cedar-kube': { ...cce, clusters: clusters[0] ?? [] },
      'delta-ocean': ocp,
      'ember-logs': {
        ...css,
        endpoint: NO_UPSTREAM,
        clusters: [{ id: 'ember-cluster', name: 'ember-name' }],
      },
      'fjord-vault': { ...otherCbr, maxTasksPerFeed: 15 },
      all: { ...cce, clusters: clusters[1] ?? [] },
    };
    return SOURCE_IDS.map((id) => ({
      ...(configs[id] as SourceConfig),
      id,
      freshForMs: 10 * HOURS_MS,
    }));
  }

  async stop(): Promise<void> {
    await Promise.all([this.one.stop(), this.other.stop()]);
  }
}

import {
  NO_PROTECTION,
  USUAL_TASK_TYPES,
  type ConfiguredResource,
  type Exclusion,
  type Expectation,
  type Maintenance,
  type ProtectionConfig,
} from '@/model/expectation.js';
import { groupBy } from './group-by.js';
import type { TaskCriteria } from './history.js';
import { matches } from './match.js';
import type { Resource } from './resource.js';

/** Resources of which the same is expected, and which the same maintenance concerns. */
export interface RuleGroup {
  /** null: nothing is expected. */
  readonly rule: Expectation | null;
  readonly maintenance: readonly Maintenance[];
  readonly criteria: TaskCriteria;
}

/** What the configuration says of one resource. */
export interface Assignment {
  readonly group: RuleGroup;
  /** Those that match, whether or not they still hold. */
  readonly exclusions: readonly Exclusion[];
}

const NO_RESOURCES: readonly ConfiguredResource[] = [];
const NONE: readonly Exclusion[] = [];

/** What is expected of which resource. */
export class RuleBook {
  #config = NO_PROTECTION;
  #configured: ReadonlyMap<string, readonly ConfiguredResource[]> = new Map();
  #assigned = new WeakMap<Resource, Assignment>();
  #groups = new Map<string, RuleGroup>();

  constructor(config: ProtectionConfig) {
    this.apply(config);
  }

  /** Holds for all questions from now on. */
  apply(config: ProtectionConfig): void {
    this.#config = config;
    this.#configured = groupBy(config.resources, ({ source }) => source);
    this.#assigned = new WeakMap();
    this.#groups = new Map();
  }

  get config(): ProtectionConfig {
    return this.#config;
  }

  /** The resources of a source that the configuration names; the same object until it changes. */
  configuredIn(source: string): readonly ConfiguredResource[] {
    return this.#configured.get(source) ?? NO_RESOURCES;
  }

  /** The first expectation that matches counts. */
  of(resource: Resource): Assignment {
    let assignment = this.#assigned.get(resource);
    if (assignment === undefined) this.#assigned.set(resource, (assignment = this.#assign(resource)));
    return assignment;
  }

  #assign(resource: Resource): Assignment {
    const { expectations, exclusions, maintenance } = this.#config;
    const concerns = ({ match }: Pick<Expectation, 'match'>): boolean => matches(match, resource);
    const excluded = exclusions.filter(concerns);
    return {
      group: this.#groupOf(expectations.find(concerns) ?? null, maintenance.filter(concerns)),
      exclusions: excluded.length === 0 ? NONE : excluded,
    };
  }

  #groupOf(rule: Expectation | null, maintenance: readonly Maintenance[]): RuleGroup {
    const periods = maintenance.map((each) => this.#config.maintenance.indexOf(each));
    const key = JSON.stringify([rule?.name ?? null, periods]);
    let group = this.#groups.get(key);
    if (group === undefined)
      this.#groups.set(key, (group = { rule, maintenance, criteria: criteriaOf(rule) }));
    return group;
  }
}

function criteriaOf(rule: Expectation | null): TaskCriteria {
  return {
    taskTypes: new Set(rule?.taskTypes ?? USUAL_TASK_TYPES),
    warningsCountAs: rule?.warningsCountAs ?? 'success',
  };
}

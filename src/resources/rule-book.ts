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
import { matches, mayMatchIn } from './match.js';
import type { Resource } from './resource.js';

/** Resources that the same rules match. */
export interface RuleGroup {
  /** The first expectation that matches; null: nothing is expected. */
  readonly rule: Expectation | null;
  /** Those that match as well, and do not count. */
  readonly laterRules: readonly Expectation[];
  readonly maintenance: readonly Maintenance[];
  /** Whether or not they still hold. */
  readonly exclusions: readonly Exclusion[];
  readonly criteria: TaskCriteria;
}

const NO_RESOURCES: readonly ConfiguredResource[] = [];

/** What is expected of which resource. */
export class RuleBook {
  #config = NO_PROTECTION;
  #configured: ReadonlyMap<string, readonly ConfiguredResource[]> = new Map();
  #groups = new Map<string, RuleGroup>();

  constructor(config: ProtectionConfig) {
    this.apply(config);
  }

  /** Holds for all questions from now on. */
  apply(config: ProtectionConfig): void {
    this.#config = config;
    this.#configured = groupBy(config.resources, ({ source }) => source);
    this.#groups = new Map();
  }

  get config(): ProtectionConfig {
    return this.#config;
  }

  /** The resources of a source that the configuration names; the same object until it changes. */
  configuredIn(source: string): readonly ConfiguredResource[] {
    return this.#configured.get(source) ?? NO_RESOURCES;
  }

  /** Those that may be about a resource of one of the sources. */
  expectationsIn(sources: readonly string[]): readonly Expectation[] {
    return this.#config.expectations.filter(({ match }) => sources.some((each) => mayMatchIn(match, each)));
  }

  /** Another object once the configuration has changed. */
  get edition(): object {
    return this.#groups;
  }

  /** What the configuration says of a resource. */
  of(resource: Resource): RuleGroup {
    const { expectations, exclusions, maintenance } = this.#config;
    const matching = [expectations, exclusions, maintenance].map((rules) =>
      rules.flatMap(({ match }, index) => (matches(match, resource) ? index : [])),
    );
    const key = JSON.stringify(matching);
    let group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, (group = this.#newGroup(matching)));
    return group;
  }

  #newGroup([expected = [], excluded = [], maintained = []]: readonly (readonly number[])[]): RuleGroup {
    const { expectations, exclusions, maintenance } = this.#config;
    const [rule = null, ...laterRules] = at(expectations, expected);
    return {
      ...{ rule, laterRules, criteria: criteriaOf(rule) },
      ...{ exclusions: at(exclusions, excluded), maintenance: at(maintenance, maintained) },
    };
  }
}

function at<Rule>(rules: readonly Rule[], indices: readonly number[]): Rule[] {
  return rules.filter((_, index) => indices.includes(index));
}

function criteriaOf(rule: Expectation | null): TaskCriteria {
  return {
    taskTypes: new Set(rule?.taskTypes ?? USUAL_TASK_TYPES),
    warningsCountAs: rule?.warningsCountAs ?? 'success',
  };
}

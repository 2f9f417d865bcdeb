import { Inject, Injectable } from '@nestjs/common';
import type { Expectation, Exclusion } from '@/model/expectation.js';
import { LOGGER, type Log } from '@/platform/logging/logger.js';
import type { RuleWarningDto } from './resource.dto.js';
import { RuleBook, type RuleGroup } from './rule-book.js';
import type { JudgedSource } from './assessor.js';
import { addTo, countsOf, noVerdicts, type VerdictCounts } from './verdict-counts.js';

/** How many resources have each verdict. */
export interface ProtectionCounts {
  readonly total: VerdictCounts;
  readonly bySource: Record<string, VerdictCounts>;
  readonly byExpectation: Record<string, VerdictCounts>;
}

/** Adds up the verdicts of sources. Each of the sources and of the expectations has an entry, whether or not it has resources. */
export class ProtectionCount {
  readonly #total = noVerdicts();
  readonly #bySource: Map<string, VerdictCounts>;
  readonly #byGroup = new Map<RuleGroup, VerdictCounts>();

  constructor(
    sourceIds: readonly string[],
    private readonly expectations: readonly Expectation[],
  ) {
    this.#bySource = new Map(sourceIds.map((id) => [id, noVerdicts()]));
  }

  add({ judge, verdicts }: JudgedSource): void {
    for (const [group, counts] of verdicts.counts) {
      addTo(this.#total, counts);
      addTo(countsOf(this.#bySource, judge.id), counts);
      addTo(countsOf(this.#byGroup, group), counts);
    }
  }

  /** Those that a resource is in. */
  get groups(): readonly RuleGroup[] {
    return [...this.#byGroup.keys()];
  }

  get counts(): ProtectionCounts {
    const byExpectation = new Map(this.expectations.map(({ name }) => [name, noVerdicts()]));
    for (const [{ rule }, counts] of this.#byGroup) {
      if (rule !== null) addTo(countsOf(byExpectation, rule.name), counts);
    }
    return {
      total: this.#total,
      bySource: Object.fromEntries(this.#bySource),
      byExpectation: Object.fromEntries([...byExpectation].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }
}

/** Finds rules that have no effect. Each is logged once. */
@Injectable()
export class RuleWarnings {
  #logged = new WeakSet();

  constructor(
    private readonly rules: RuleBook,
    @Inject(LOGGER) private readonly log: Log,
  ) {}

  /** Given the groups that a resource is in, of all resources of all sources. */
  of(groups: readonly RuleGroup[]): RuleWarningDto[] {
    const { expectations, exclusions } = this.rules.config;
    const idle = expectations.filter((rule) => !groups.some((group) => group.rule === rule));
    const idleExclusions = exclusions.filter(
      (each) => !groups.some((group) => group.exclusions.includes(each)),
    );
    return [
      ...idle.map((rule) =>
        this.#warn(rule, `expectations[${expectations.indexOf(rule)}]`, whyIdle(rule, groups)),
      ),
      ...idleExclusions.map((exclusion) =>
        this.#warn(
          exclusion,
          `exclusions[${exclusions.indexOf(exclusion)}]`,
          'The exclusion matches no known resource.',
        ),
      ),
    ];
  }

  #warn(rule: Expectation | Exclusion, field: string, message: string): RuleWarningDto {
    if (!this.#logged.has(rule)) this.log.warn({ field }, message);
    this.#logged.add(rule);
    return { field, message };
  }
}

function whyIdle(rule: Expectation, groups: readonly RuleGroup[]): string {
  const earlier = groups.find(({ laterRules }) => laterRules.includes(rule))?.rule?.name;
  return earlier === undefined
    ? `The expectation "${rule.name}" matches no known resource.`
    : `The expectation "${rule.name}" is never used: earlier ones, such as "${earlier}", match all its resources.`;
}

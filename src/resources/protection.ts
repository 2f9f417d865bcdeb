import { Inject, Injectable } from '@nestjs/common';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';
import type { Expectation, Exclusion } from '@/model/expectation.js';
import { LOGGER, type Log } from '@/platform/logging/logger.js';
import { matches } from './match.js';
import type { RuleWarningDto, VerdictCountsDto } from './resource.dto.js';
import { RuleBook } from './rule-book.js';
import type { Assessment } from './source-judge.js';

/** How many resources have each verdict. */
export interface ProtectionCounts {
  readonly total: VerdictCountsDto;
  readonly bySource: Record<string, VerdictCountsDto>;
  readonly byExpectation: Record<string, VerdictCountsDto>;
}

/** Counts verdicts. Each of the sources has an entry, and each expectation that a resource has. */
export async function countVerdicts(
  assessments: readonly Assessment[],
  sourceIds: readonly string[],
): Promise<ProtectionCounts> {
  const total = noVerdicts();
  const bySource = new Map(sourceIds.map((id) => [id, noVerdicts()]));
  const byExpectation = new Map<string, VerdictCountsDto>();
  const count = ({ resource, group, judgement: { verdict } }: Assessment): void => {
    total[verdict] += 1;
    entryOf(bySource, resource.source)[verdict] += 1;
    if (group.rule !== null) entryOf(byExpectation, group.rule.name)[verdict] += 1;
  };
  await runCooperatively(visitInSteps(assessments, count));
  return {
    total,
    bySource: Object.fromEntries(bySource),
    byExpectation: Object.fromEntries([...byExpectation].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function entryOf(counts: Map<string, VerdictCountsDto>, name: string): VerdictCountsDto {
  const known = counts.get(name) ?? noVerdicts();
  counts.set(name, known);
  return known;
}

function noVerdicts(): VerdictCountsDto {
  return { OK: 0, VIOLATED: 0, UNKNOWN: 0, NOT_EXPECTED: 0 };
}

/** Finds rules that have no effect. Each is logged once. */
@Injectable()
export class RuleWarnings {
  #logged = new WeakSet();

  constructor(
    private readonly rules: RuleBook,
    @Inject(LOGGER) private readonly log: Log,
  ) {}

  /** Given all resources of all sources. */
  of(assessments: readonly Assessment[]): RuleWarningDto[] {
    const { expectations, exclusions } = this.rules.config;
    const used = new Set(assessments.map(({ group }) => group.rule));
    const idle = expectations.filter((rule) => !used.has(rule));
    return [
      ...idle.map((rule) =>
        this.#warn(rule, `expectations[${expectations.indexOf(rule)}]`, this.#why(rule, assessments)),
      ),
      ...exclusions.flatMap((exclusion, index) =>
        this.#isIdle(exclusion, assessments)
          ? this.#warn(exclusion, `exclusions[${index}]`, 'The exclusion matches no known resource.')
          : [],
      ),
    ];
  }

  #why(rule: Expectation, assessments: readonly Assessment[]): string {
    const taken = assessments.find(({ resource }) => matches(rule.match, resource));
    const earlier = taken?.group.rule?.name;
    return earlier === undefined
      ? `The expectation "${rule.name}" matches no known resource.`
      : `The expectation "${rule.name}" is never used: earlier ones, such as "${earlier}", match all its resources.`;
  }

  #isIdle({ match }: Exclusion, assessments: readonly Assessment[]): boolean {
    return !assessments.some(({ resource }) => matches(match, resource));
  }

  #warn(rule: Expectation | Exclusion, field: string, message: string): RuleWarningDto {
    if (!this.#logged.has(rule)) this.log.warn({ field }, message);
    this.#logged.add(rule);
    return { field, message };
  }
}

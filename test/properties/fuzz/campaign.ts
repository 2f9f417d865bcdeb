import fc from 'fast-check';
import { checkScenario, type ScenarioResult } from './check-scenario.js';
import { scenarioOf, type Scenario } from './scenario.js';
import { basesOf } from './targets.js';

/** What a campaign has come to so far. */
export interface Figures {
  readonly provider: string;
  inputs: number;
  accepted: number;
  refused: number;
  keptRows: number;
  droppedRows: number;
  /** Different outcomes that were reached. */
  outcomes: number;
  slowestMs: number;
}

/** A scenario that broke a rule, made as small as it can be. */
export interface Finding {
  readonly scenario: Scenario;
  readonly invalid: readonly string[];
}

/** Inputs kept for the outcomes that they were first to reach; later inputs are made from them too. */
const MOST_KEPT = 400;
const LONGEST_KEPT = 20_000;

/**
 * Fuzzes one provider in rounds. Inputs that came to something new are among the bases of the next round; within a
 * round nothing changes, so that a seed always leads to the same inputs.
 */
export class Campaign {
  readonly figures: Figures;
  readonly #kept: { readonly lists: string[]; readonly clusters: string[] };
  readonly #seen = new Set<string>();
  #round = 0;

  constructor(
    provider: string,
    private readonly seed: number,
  ) {
    this.figures = {
      ...{ provider, inputs: 0, accepted: 0, refused: 0 },
      ...{ keptRows: 0, droppedRows: 0, outcomes: 0, slowestMs: 0 },
    };
    const { lists, clusters } = basesOf(provider);
    this.#kept = { lists: [...lists], clusters: [...clusters] };
  }

  /** Runs so many inputs more; the first that breaks a rule, or null. */
  async run(inputs: number): Promise<Finding | null> {
    const news: Scenario[] = [];
    const property = fc.asyncProperty(
      scenarioOf(this.figures.provider, { lists: [...this.#kept.lists], clusters: [...this.#kept.clusters] }),
      async (scenario) => {
        const startMs = performance.now();
        const verdict = await checkScenario(scenario);
        this.#count(verdict, performance.now() - startMs);
        if (this.#isNew(verdict)) news.push(scenario);
        return verdict.invalid.length === 0;
      },
    );
    this.#round += 1;
    const details = await fc.check(property, { numRuns: inputs, seed: this.seed + this.#round });
    for (const scenario of news) this.#keep(scenario);
    const [scenario] = details.counterexample ?? [];
    return scenario === undefined ? null : { scenario, invalid: (await checkScenario(scenario)).invalid };
  }

  #count({ accepted, keptRows, droppedRows }: ScenarioResult, tookMs: number): void {
    const { figures } = this;
    figures.inputs += 1;
    figures.accepted += accepted ? 1 : 0;
    figures.refused += accepted ? 0 : 1;
    figures.keptRows += keptRows;
    figures.droppedRows += droppedRows;
    figures.slowestMs = Math.max(figures.slowestMs, tookMs);
  }

  #isNew({ outcome }: ScenarioResult): boolean {
    if (this.#seen.has(outcome)) return false;
    this.#seen.add(outcome);
    this.figures.outcomes = this.#seen.size;
    return true;
  }

  #keep({ call, answers }: Scenario): void {
    const kept = this.#kept[call === 'list' ? 'clusters' : 'lists'];
    for (const { text } of answers) {
      if (kept.length < MOST_KEPT && text.length < LONGEST_KEPT && isJson(text)) kept.push(text);
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

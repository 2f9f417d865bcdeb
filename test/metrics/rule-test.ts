import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Scrape } from '../support/scrape.js';
import { promtool } from './promtool.js';

/** What fires at a moment, all alerts of one name. */
export interface ExpectedAlerts {
  readonly atMinute: number;
  readonly alert: string;
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

export interface RuleTest {
  readonly ruleFile: string;
  /** One after the other, this many minutes apart; null: the gateway could not be scraped. */
  readonly scrapes: readonly (Scrape | null)[];
  readonly minutesApart: number;
  readonly expected: readonly ExpectedAlerts[];
}

/** Runs `promtool test rules` over what was scraped. */
export function runRuleTest({
  ruleFile,
  scrapes,
  minutesApart,
  expected,
}: RuleTest): ReturnType<typeof promtool> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-rules-'));
  const file = join(folder, 'test.yaml');
  const test = {
    rule_files: [resolve(ruleFile)],
    evaluation_interval: '1m',
    tests: [
      {
        interval: `${minutesApart}m`,
        input_series: inputSeries(scrapes),
        alert_rule_test: expected.map(({ atMinute, alert, alerts }) => ({
          eval_time: `${atMinute}m`,
          alertname: alert,
          exp_alerts: alerts.map(({ labels, annotations }) => ({
            exp_labels: labels,
            exp_annotations: annotations,
          })),
        })),
      },
    ],
  };
  writeFileSync(file, stringify(test));
  try {
    return promtool(['test', 'rules', file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As Prometheus stores them: a series that is gone from a scrape gets a marker of staleness. */
function inputSeries(scrapes: readonly (Scrape | null)[]): { series: string; values: string }[] {
  const names = new Set(scrapes.flatMap((scraped) => [...(scraped?.keys() ?? [])]));
  return [...names]
    .filter((series) => series.startsWith('tributary_'))
    .map((series) => {
      const values = scrapes.map((scraped, index) => {
        const isNew = scrapes[index - 1]?.has(series) !== true;
        return scraped?.get(series) ?? (isNew ? '_' : 'stale');
      });
      return { series, values: values.join(' ') };
    });
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Scrape } from '../support/scrape.js';
import { promtool } from './promtool.js';
import { RULES, type ExpectedAlerts } from './rules.js';

/** A series as promtool writes it: its values at the times of the test, one after the other. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

export interface RuleTest {
  readonly minutesApart: number;
  readonly series: readonly InputSeries[];
  readonly expected: readonly ExpectedAlerts[];
}

/** Runs `promtool test rules` over series, with the rules that are shipped. */
export function runRuleTest({ minutesApart, series, expected }: RuleTest): ReturnType<typeof promtool> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-rules-'));
  const file = join(folder, 'test.yaml');
  const test = {
    rule_files: [resolve(RULES)],
    evaluation_interval: '1m',
    tests: [
      {
        interval: `${minutesApart}m`,
        input_series: series,
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

/**
 * What scrapes told, one after the other; null: the gateway could not be scraped. As Prometheus stores it: a series that is
 * gone from a scrape gets a marker of staleness.
 */
export function seriesIn(scrapes: readonly (Scrape | null)[]): InputSeries[] {
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

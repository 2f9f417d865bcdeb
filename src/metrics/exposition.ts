import type { MetricFamily, Series } from '@/model/metric.js';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';

/** The families in the Prometheus text format 0.0.4. Ends with a line feed. */
export async function renderFamilies(families: readonly MetricFamily[]): Promise<string> {
  const lines: string[] = [];
  for (const { name, help, type, series } of families) {
    lines.push(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    const render = ([labels, value]: Series): void => {
      lines.push(labels === '' ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`);
    };
    await runCooperatively(visitInSteps(series, render));
  }
  return lines.join('');
}

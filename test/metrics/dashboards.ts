import { readFileSync } from 'node:fs';

export const DASHBOARDS_FOLDER = 'deploy/grafana';

interface Link {
  readonly title: string;
  readonly url: string;
}

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: object;
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly Target[];
  readonly links?: readonly Link[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: unknown;
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly links: readonly Link[];
  readonly templating: { readonly list: readonly Variable[] };
}

/** The dashboards that are shipped, as objects and as texts. */
export const dashboards = ['backups', 'gateway'].map((name) => {
  const text = readFileSync(`${DASHBOARDS_FOLDER}/${name}.json`, 'utf8');
  return { name, text, ...(JSON.parse(text) as Dashboard) };
});

/** An expression as Grafana sends it, with everything chosen. */
export function filledIn(expression: string): string {
  return expression.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*');
}

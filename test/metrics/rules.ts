import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const RULES = 'deploy/prometheus/alerts.yaml';

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

/** The alerts that are shipped. */
export const rules: readonly Rule[] = (
  parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);

/** What fires at a moment, all alerts of one name. */
export interface ExpectedAlerts {
  readonly atMinute: number;
  readonly alert: string;
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** The labels of an alert; `value`, if it is not 1, is what its texts show in place of `$value`. */
export type Fired = Readonly<Record<string, string>>;

/** That an alert fires at a minute for these, and for nothing else. */
export function firing(alert: string, atMinute: number, ...fired: Fired[]): ExpectedAlerts {
  const rule = rules.find((each) => each.alert === alert);
  if (rule === undefined) throw new Error(`no rule ${alert}`);
  const alerts = fired.map(({ value = '1', ...labels }) => ({
    labels: { ...labels, ...rule.labels },
    annotations: Object.fromEntries(
      Object.entries(rule.annotations).map(([name, text]) => [name, filledIn(text, labels, value)]),
    ),
  }));
  return { alert, atMinute, alerts };
}

/** That an alert fires from a minute on, and a minute before that for nothing. */
export function firesFrom(minute: number, alert: string, ...fired: Fired[]): ExpectedAlerts[] {
  return [firing(alert, minute - 1), firing(alert, minute, ...fired)];
}

/** All resources of these tests have names. */
function filledIn(text: string, labels: Fired, value: string): string {
  return text
    .replaceAll('{{ or $labels.name $labels.resource }}', labels.name ?? '')
    .replaceAll(/\{\{ (?:\w+ )?\$value \}\}/g, value)
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '');
}

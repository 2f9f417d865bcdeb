import type { CallBudgets } from '@/model/call-budget.js';
import { labelText, type MetricFamily, type Series } from '@/model/metric.js';

/** What is left of the upstream calls that sources may make. Sources without a `rate` have no series. */
export async function budgetMetrics(
  sources: readonly string[],
  budgets: CallBudgets,
): Promise<MetricFamily[]> {
  const [allowed, remaining]: [Series[], Series[]] = [[], []];
  for (const source of sources) {
    const budget = await budgets.of(source);
    if (budget === null) continue;
    const labels = labelText({ source });
    allowed.push([labels, budget.calls]);
    remaining.push([labels, budget.remaining]);
  }
  return [
    {
      name: 'tributary_source_call_budget_calls',
      help: 'Upstream calls that the rate of the source allows in its window; no value without a rate',
      type: 'gauge',
      series: allowed,
    },
    {
      name: 'tributary_source_call_budget_remaining_calls',
      help: 'How many of them are left now, over all replicas',
      type: 'gauge',
      series: remaining,
    },
  ];
}

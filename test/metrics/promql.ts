import { parser } from '@prometheus-io/lezer-promql';

type Node = ReturnType<typeof parser.parse>['topNode'];

/** The labels of the series of each metric. */
export type KnownLabels = ReadonlyMap<string, ReadonlySet<string>>;

/** Prometheus adds them to all that it scrapes; `namespace` where it runs in Kubernetes. */
const TARGET_LABELS = ['job', 'namespace', 'instance'];

/** The labels of each metric in a scrape, by the names of its series. */
export function labelsIn(scrape: string): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const line of scrape.split('\n')) {
    const name = /^\w+(?=[{ ])/.exec(line)?.[0];
    if (name === undefined) continue;
    const labels = known.get(name) ?? new Set(TARGET_LABELS);
    for (const [, label = ''] of line.matchAll(/[{,](\w+)="(?:[^"\\]|\\.)*"/g)) labels.add(label);
    known.set(name, labels);
  }
  return known;
}

/**
 * What is wrong with an expression: that it is none, or names a metric that no scrape has, or a label in a matcher, a
 * grouping or `legend` that the series do not have.
 */
export function problemsOf(expression: string, legend: string, known: KnownLabels): string[] {
  const { topNode } = parser.parse(expression);
  if (nodesIn(topNode).some(({ type }) => type.isError)) return [`not PromQL: ${expression}`];
  const textOf = ({ from, to }: Node): string => expression.slice(from, to);
  const problems: string[] = [];
  const check = (within: Node, labels: readonly string[], many: 'all' | 'some'): void => {
    const metrics = nodesIn(within, 'VectorSelector').map((each) =>
      textOf(nodesIn(each, 'Identifier')[0] ?? each),
    );
    const has = (metric: string, label: string): boolean => known.get(metric)?.has(label) === true;
    for (const metric of metrics) if (!known.has(metric)) problems.push(`no metric ${metric}`);
    for (const label of labels) {
      const having = metrics.filter((metric) => has(metric, label));
      if (having.length < (many === 'all' ? metrics.length : 1))
        problems.push(`no label ${label}: ${textOf(within)}`);
    }
  };
  const labelsOf = (node: Node): string[] => nodesIn(node, 'LabelName').map(textOf);
  for (const selector of nodesIn(topNode, 'VectorSelector')) check(selector, labelsOf(selector), 'all');
  for (const aggregate of nodesIn(topNode, 'AggregateExpr')) {
    const modifier = aggregate.getChild('AggregateModifier');
    if (modifier !== null) check(aggregate, labelsOf(modifier), 'all');
  }
  for (const joined of nodesIn(topNode, 'BinaryExpr')) {
    check(joined, joined.getChildren('MatchingModifierClause').flatMap(labelsOf), 'some');
  }
  const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
  check(topNode, shown, 'some');
  return [...new Set(problems)];
}

/** A node and all below it, or those of one name. */
function nodesIn(node: Node, name?: string): Node[] {
  const found: Node[] = [];
  node.cursor().iterate((each) => {
    if (name === undefined || each.name === name) found.push(each.node);
  });
  return found;
}

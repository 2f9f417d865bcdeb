// Expressions about the replicas and the sources that are chosen at the top of a dashboard.

export const AT = 'job=~"$job",instance=~"$instance"';
export const SOURCES = `${AT},source=~"$source"`;

export const rate = (metric, labels = AT) => `rate(${metric}{${labels}}[$__rate_interval])`;
export const perSecond = (label, metric, labels) => `sum by (${label}) (${rate(metric, labels)})`;
export const quantile = (share, histogram, { by = [], labels = AT } = {}) =>
  `histogram_quantile(${share}, sum by (${['le', ...by].join(', ')}) (${rate(`${histogram}_bucket`, labels)}))`;

/** The same metrics of each replica, by a word for each. */
export const ofInstances = (metrics) =>
  Object.fromEntries(
    Object.entries(metrics).map(([metric, word]) => [`${metric}{${AT}}`, `{{instance}} ${word}`.trim()]),
  );

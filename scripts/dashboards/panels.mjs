// The parts of Grafana dashboards (classic JSON model) that ours are made of.

/** The newest version of the classic model; Grafana brings older ones up to it, and older Grafanas read it. */
const SCHEMA_VERSION = 42;
const WIDTH = 24;

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** Links begin with this variable, so that one change in Grafana leads to your own copy of docs/. */
const DOCS = { name: 'docs', type: 'constant', hide: 2, query: 'https://example.com/tributary/docs' };

export const runbook = (alert) => ({ title: `Runbook: ${alert}`, url: `\${docs}/runbooks/${alert}.md` });
export const page = (title, file) => ({ title, url: `\${docs}/${file}` });

export const GREEN = 'green';
export const ORANGE = 'orange';
export const RED = 'red';
export const GREY = 'text';

/** Green, and from the given values on another colour. */
export const steps = (...others) => [
  { color: GREEN, value: null },
  ...others.map(([value, color]) => ({ color, value })),
];

/** A value of a legend in a colour of its own. */
export const coloured = (name, color) => ({
  matcher: { id: 'byName', options: name },
  properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
});

/** One panel: `queries` are expressions with their legends, `width` is of 24. What is undefined is not written. */
const panel = (type, { title, description, queries, width, height = 8, links = [], ...rest }) => ({
  type,
  title,
  description,
  datasource: DATASOURCE,
  gridPos: { w: width, h: height },
  fieldConfig: { defaults: fieldDefaults(rest), overrides: rest.overrides ?? [] },
  options: rest.options,
  transformations: rest.transformations,
  links: links.map((link) => ({ ...link, targetBlank: true })),
  targets: Object.entries(queries).map(([expr, legendFormat], index) => ({
    refId: String.fromCharCode(65 + index),
    expr,
    legendFormat,
    instant: rest.isInstant,
    format: rest.format,
  })),
});

const fieldDefaults = ({ unit = 'short', decimals, min, max, custom, thresholds, mappings }) => ({
  ...{ unit, decimals, min, max, custom },
  thresholds: thresholds && { mode: 'absolute', steps: thresholds },
  mappings: mappings && [{ type: 'value', options: mappings }],
});

/** Numbers as they are now. */
export const stat = (options) =>
  panel('stat', {
    height: 5,
    ...options,
    isInstant: true,
    options: {
      colorMode: options.thresholds ? 'background' : 'value',
      reduceOptions: { calcs: ['lastNotNull'] },
    },
  });

/** Lines over time; `isStacked`: areas on one another. */
export const lines = ({ isStacked = false, ...options }) =>
  panel('timeseries', {
    width: 8,
    min: 0,
    ...options,
    custom: isStacked ? { stacking: { mode: 'normal' }, fillOpacity: 40 } : { fillOpacity: 5 },
    options: {
      legend: { displayMode: 'list', placement: 'bottom' },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  });

/** States over time, one line for each series: `states` are the words and colours of values. */
export const timeline = ({ states, ...options }) =>
  panel('state-timeline', {
    width: 12,
    ...options,
    mappings: Object.fromEntries(
      Object.entries(states).map(([value, [text, color]]) => [value, { text, color }]),
    ),
    options: { showValue: 'never', mergeValues: true },
  });

/** The series of one expression as they are now, with their labels as columns; `hidden` are columns that tell nothing. */
export const table = ({ value, hidden = [], ...options }) =>
  panel('table', {
    width: 12,
    ...options,
    isInstant: true,
    format: 'table',
    overrides: [
      { matcher: { id: 'byName', options: 'Value' }, properties: [{ id: 'displayName', value }] },
      ...(options.overrides ?? []),
    ],
    transformations: [
      {
        id: 'organize',
        options: { excludeByName: Object.fromEntries(['Time', ...hidden].map((name) => [name, true])) },
      },
    ],
    options: { sortBy: [{ displayName: value, desc: true }] },
  });

/** A variable with the values of a label, of which several may be chosen. */
export const choice = (name, metric, label = name) => ({
  name,
  type: 'query',
  datasource: DATASOURCE,
  definition: `label_values(${metric}, ${label})`,
  query: { query: `label_values(${metric}, ${label})`, refId: name },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: ['All'], value: ['$__all'] },
});

/** A dashboard of rows: `rows` has a list of panels under each title. */
export const dashboard = ({ uid, title, description, variables, links, rows }) => ({
  uid,
  title,
  description,
  tags: ['tributary'],
  schemaVersion: SCHEMA_VERSION,
  editable: true,
  graphTooltip: 1,
  refresh: '1m',
  time: { from: 'now-24h', to: 'now' },
  timezone: 'browser',
  templating: {
    list: [
      { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1 },
      ...variables,
      DOCS,
    ],
  },
  links: links.map((link) => ({ type: 'link', icon: 'doc', targetBlank: true, ...link })),
  panels: placed(rows),
});

/** The panels from left to right, each row below the one before. */
function placed(rows) {
  const panels = [];
  let y = 0;
  for (const [title, ofRow] of Object.entries(rows)) {
    panels.push({ type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: WIDTH, h: 1 }, panels: [] });
    y += 1;
    let [x, lineHeight] = [0, 0];
    for (const each of ofRow) {
      const { w, h } = each.gridPos;
      if (x + w > WIDTH) [x, y, lineHeight] = [0, y + lineHeight, 0];
      panels.push({ ...each, gridPos: { x, y, w, h } });
      [x, lineHeight] = [x + w, Math.max(lineHeight, h)];
    }
    y += lineHeight;
  }
  return panels.map((each, index) => ({ id: index + 1, ...each }));
}

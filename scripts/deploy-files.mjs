// Writes the files below deploy/ that repeat others: Helm and kustomize read nothing outside their own folders. With --check it
// writes nothing, names the files that are out of date, and ends with 1 if there are any. It works in the current folder.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const CHART = 'deploy/helm/tributary';
const ALERTS = 'deploy/prometheus/alerts.yaml';
const DASHBOARDS = 'deploy/grafana';
const NOTE = '# `npm run documents` makes this file.\n';

/** What the regular expressions of Go, and so Helm, do not have: that something does not follow, and repeats beyond 1,000. */
const NOT_FOLLOWED_BY = /\(\?!(?:[^()]|\([^()]*\))*\)/g;
const LONG_TEXT = /^\^(\.|\[[^\]]+\])\{(\d+),(\d{4,})\}\$$/;

const [option, ...others] = process.argv.slice(2);
if (others.length > 0 || (option !== undefined && option !== '--check')) {
  console.error('usage: node scripts/deploy-files.mjs [--check]');
  process.exit(64);
}
const files = deployFiles();
if (option === undefined) writeAll(files);
else checkAll(files);

/** The text of each file by its path; null where the file should not exist. */
function deployFiles() {
  const alerts = read(ALERTS);
  return new Map([
    [`${CHART}/files/alerts.yaml`, alerts],
    ['deploy/kubernetes/components/monitoring/prometheus-rule.yaml', prometheusRule(alerts)],
    [`${CHART}/values.schema.json`, valuesSchema()],
    ...dashboards(),
  ]);
}

function prometheusRule(alerts) {
  const head = `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: tributary
  labels: { app.kubernetes.io/name: tributary }
spec:
`;
  return NOTE + head + alerts.replaceAll(/^(?=.)/gm, '  ');
}

/** Its part about `config` is the schema of the configuration, but `sources` may be in a ConfigMap of the user. */
function valuesSchema() {
  const schema = JSON.parse(read(`${CHART}/values.schema.json`));
  const { $schema, $defs, title, required, ...config } = JSON.parse(read('docs/config.schema.json'), forGo);
  // Templates read these, also with a ConfigMap of the user; `null` would take away the defaults of the chart.
  Object.assign(config, { required: ['server'] });
  config.properties.server.required = ['host', 'port', 'shutdownTimeout'];
  schema.$schema = $schema;
  schema.properties.config = { ...config, description: `${title}, as docs/configuration.md describes it.` };
  schema.$defs = { ...schema.$defs, ...$defs };
  if (!required.includes('sources')) throw new Error('_helpers.tpl still demands sources');
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** What the gateway refuses, Helm refuses too, but for what must not follow: a base path below `/health` and the like. */
function forGo(_key, value) {
  if (typeof value?.pattern !== 'string') return value;
  const [, character, shortest, longest] = LONG_TEXT.exec(value.pattern) ?? [];
  if (character === undefined) return { ...value, pattern: value.pattern.replaceAll(NOT_FOLLOWED_BY, '') };
  return { ...value, pattern: `^${character}*$`, minLength: Number(shortest), maxLength: Number(longest) };
}

function dashboards() {
  const sources = jsonFiles(DASHBOARDS).map((path) => [`${CHART}/dashboards/${basename(path)}`, read(path)]);
  const stale = jsonFiles(`${CHART}/dashboards`).map((path) => [path, null]);
  return [...stale, ...sources];
}

function jsonFiles(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => join(folder, name));
}

function read(path) {
  return readFileSync(path, 'utf8');
}

function writeAll(texts) {
  for (const [path, text] of texts) {
    mkdirSync(dirname(path), { recursive: true });
    if (text === null) rmSync(path);
    else writeFileSync(path, text);
  }
}

function checkAll(texts) {
  const current = (path) => (existsSync(path) ? read(path) : null);
  const outdated = [...texts].filter(([path, text]) => current(path) !== text);
  for (const [path] of outdated) console.error(`${path} is out of date; npm run documents updates it`);
  process.exitCode = outdated.length === 0 ? 0 : 1;
}

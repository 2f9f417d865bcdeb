import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { canSkipKubeTools } from './kube-tools.js';
import { CHART, helmTemplate } from './manifests.js';

const describeChart = canSkipKubeTools() ? describe.skip : describe;

/** Maps whose keys are described elsewhere. */
const OF_OTHERS = new Set([
  'config',
  'podSecurityContext',
  'securityContext',
  'resources',
  'startupProbe',
  'livenessProbe',
  'readinessProbe',
]);

function isFilledMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}

describe('the README of the chart', () => {
  it('names every value', () => {
    const values = parse(readFileSync(`${CHART}/values.yaml`, 'utf8')) as Record<string, unknown>;
    const [, table = ''] = readFileSync(`${CHART}/README.md`, 'utf8').split('## Values');
    const named = [...table.matchAll(/^\|(.*?)\|/gm)].map(([, cell = '']) => [
      ...cell.matchAll(/`\.?([\w.]+)`/g),
    ]);
    // After a full name, `.port` stands for another key of the same map.
    const paths = named.flatMap((names) => {
      const [map = ''] = names[0]?.[1]?.split('.') ?? [];
      return names.map(([text, name = '']) => (text.startsWith('`.') ? `${map}.${name}` : name));
    });
    const expected = Object.entries(values).flatMap(([name, value]) =>
      OF_OTHERS.has(name) || !isFilledMap(value) ? [name] : Object.keys(value).map((key) => `${name}.${key}`),
    );
    expect(paths.sort()).toEqual(expected.sort());
  });
});

describeChart('what helm install refuses', () => {
  it.each([
    { what: 'nobody who may ask', files: [], set: '', says: /config\.auth is empty; say there who may/ },
    {
      what: 'no backup system',
      files: [],
      set: 'config.auth=none',
      says: /config\.sources is empty; name your backup/,
    },
    {
      what: 'a host that no pod reaches',
      files: ['minimal'],
      set: 'config.server.host=127.0.0.1',
      says: /config\.server\.host is 127\.0\.0\.1, which/,
    },
    {
      what: 'two places for secrets',
      files: ['everything'],
      set: 'existingSecret=x',
      says: /existingSecret and secrets exclude each/,
    },
    {
      what: 'an Ingress without hosts',
      files: ['minimal'],
      set: 'ingress.enabled=true',
      says: /ingress\.hosts is empty; name at least/,
    },
    {
      what: 'a route without a Gateway',
      files: ['minimal'],
      set: 'httpRoute.enabled=true',
      says: /httpRoute\.parentRefs is empty; name/,
    },
    {
      what: 'an unknown value',
      files: ['minimal'],
      set: 'replicas=3',
      says: /'': additional properties 'replicas' not/,
    },
    {
      what: 'an unknown key of the configuration',
      files: ['minimal'],
      set: 'config.server.prot=1',
      says: /'\/config\/server': .*'prot'/,
    },
    {
      what: 'a base path that ends with a slash',
      files: ['minimal'],
      set: 'config.server.basePath=/backups/',
      says: /'\/config\/server\/basePath'/,
    },
    {
      what: 'a base path that begins without one',
      files: ['minimal'],
      set: 'config.server.basePath=backups',
      says: /'\/config\/server\/basePath'/,
    },
    {
      what: 'a short secret',
      files: ['minimal'],
      set: 'config.server.secret=short',
      says: /'\/config\/server\/secret'.*minLength: got 5, want 16/s,
    },
    {
      what: 'a stop that is longer than the pod may take',
      files: ['minimal'],
      set: 'config.server.shutdownTimeout=1m',
      says: /terminationGracePeriodSeconds is 30, but .*shutdownTimeout is 1m, .* 0 s; make it longer/,
    },
    {
      what: 'a pod that may take less than its stop',
      files: ['minimal'],
      set: 'terminationGracePeriodSeconds=5',
      says: /terminationGracePeriodSeconds is 5, but .*shutdownTimeout is 20s/,
    },
    {
      what: 'a pause that leaves no time for the stop',
      files: ['minimal'],
      set: 'lifecycle.preStop.sleep.seconds=20',
      says: /terminationGracePeriodSeconds is 30, but .*sleep 20 s/,
    },
    {
      what: 'no server',
      files: ['minimal'],
      set: 'config.server=null',
      says: /'\/config': missing property 'server'/,
    },
    {
      what: 'no port',
      files: ['existing'],
      set: 'config.server.port=null',
      says: /'\/config\/server': missing property 'port'/,
    },
    {
      what: 'an unknown provider',
      files: ['minimal'],
      set: 'config.sources[0].provider=aws',
      says: /'\/config\/sources\/0\/provider'/,
    },
    {
      what: 'a wrong type',
      files: ['minimal'],
      set: 'replicaCount=two',
      says: /'\/replicaCount': got string, want integer/,
    },
    { what: 'a wrong digest', files: ['minimal'], set: 'image.digest=abc', says: /'\/image\/digest': / },
    {
      what: 'a wrong type of Service',
      files: ['minimal'],
      set: 'service.type=Public',
      says: /'\/service\/type': /,
    },
  ])('$what, and names the field', ({ files, set, says }) => {
    const { code, stderr } = helmTemplate(files, set === '' ? [] : ['--set', set]);
    expect(stderr).toMatch(says);
    expect(code).not.toBe(0);
  });
});

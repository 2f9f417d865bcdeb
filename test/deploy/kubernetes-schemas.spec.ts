import { describe, expect, it } from 'vitest';
import { schemaFaults } from './kubernetes-schemas.js';
import { parseManifests, type Manifest } from './manifests.js';

const SERVICE = `
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports: [{ name: http, port: 80 }]`;
const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: web, resources: { limits: { memory: 1Gi } } }]`;
const RULE = `
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: rules }
spec: { groups: [{ name: a, rules: [{ alert: Down, expr: up == 0, for: 5m }] }] }`;
const ROUTE = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: route }
spec: { parentRefs: [{ name: public }] }`;

const parse = (...texts: string[]): Manifest[] => parseManifests(texts.join('\n---'));

describe('schemaFaults', () => {
  it('finds nothing wrong with valid manifests', async () => {
    expect(await schemaFaults(parse(SERVICE, DEPLOYMENT, RULE, ROUTE))).toEqual([]);
  });

  it.each([
    {
      what: 'an unknown field',
      of: DEPLOYMENT,
      change: ['replicas: 2', 'replica: 2'],
      fault: /'"replica"' does not/,
    },
    {
      what: 'an unknown field deep inside',
      of: DEPLOYMENT,
      change: ['limits', 'limit'],
      fault: /'"limit"' does not/,
    },
    {
      what: 'a wrong type',
      of: DEPLOYMENT,
      change: ['replicas: 2', 'replicas: two'],
      fault: /replicas.* integer/,
    },
    {
      what: 'a missing field',
      of: DEPLOYMENT,
      change: ['name: web, image', 'image'],
      fault: /required property name/,
    },
    {
      what: 'a word that is not allowed',
      of: SERVICE,
      change: ['port: 80', 'port: 80, protocol: X'],
      fault: /protocol/,
    },
    { what: 'a quantity that is none', of: DEPLOYMENT, change: ['1Gi', '1 GB'], fault: /memory/ },
    { what: 'an unknown field of a CRD', of: RULE, change: ['for:', 'four:'], fault: /'"four"' does not/ },
    {
      what: 'an unknown field of a route',
      of: ROUTE,
      change: ['parentRefs', 'parents'],
      fault: /'"parents"' does not/,
    },
  ])('tells $what, with the object', async ({ of, change: [before = '', after = ''], fault }) => {
    expect(of).toContain(before);
    const [broken] = parse(of.replace(before, after));
    if (broken === undefined) throw new Error('nothing to judge');
    const fine = parse(of === RULE ? ROUTE : RULE);
    const faults = await schemaFaults([...fine, broken]);
    expect(faults).toContainEqual(expect.stringMatching(fault));
    for (const each of faults) expect(each).toContain(`${broken.kind} ${broken.metadata.name}: `);
  });

  it('refuses a kind or version that does not exist', async () => {
    const text = DEPLOYMENT.replace('apps/v1', 'apps/v1beta9');
    await expect(schemaFaults(parse(text))).rejects.toThrow(/v1beta9/);
  });
});

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { drainMs } from '@/platform/stopping/drain.js';
import { IMAGE, ROUTES } from './facts.js';
import { canSkipKubeTools } from './kube-tools.js';
import { schemaFaults } from './kubernetes-schemas.js';
import { deploymentOf, type Container, type Deployment, type Manifest } from './manifests.js';
import { checkConfig, configText, RENDERINGS, SECRETS, variablesIn } from './renderings.js';

const describeManifests = canSkipKubeTools() ? describe.skip : describe;
/** Services forget a pod within a few seconds after its stop has begun. */
const ENDPOINTS_FORGET_MS = 5_000;

type Labels = Readonly<Record<string, string>>;

interface Selecting extends Manifest {
  readonly spec: {
    readonly selector: Labels & { readonly matchLabels?: Labels };
    readonly podSelector?: { readonly matchLabels: Labels };
    readonly ports: readonly { readonly name: string; readonly targetPort: string }[];
  };
}

function selects(selector: Labels | undefined, labels: Labels | undefined): boolean {
  const pairs = Object.entries(selector ?? {});
  return pairs.length > 0 && pairs.every(([name, value]) => labels?.[name] === value);
}

/** The Deployment of the gateway, beside which there may be one of Redis. */
function gatewayOf(manifests: readonly Manifest[]): Deployment {
  return deploymentOf(
    manifests.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'gateway'),
  );
}

describeManifests.each(Object.entries(RENDERINGS))('%s', (_, render) => {
  let manifests: Manifest[];
  let deployment: Deployment;
  let container: Container;

  beforeAll(() => {
    manifests = render();
    deployment = gatewayOf(manifests);
    const [first, ...others] = deployment.spec.template.spec.containers;
    if (first === undefined || others.length > 0) throw new Error('not one container');
    container = first;
  });

  const ofKind = (kind: string): Selecting[] => manifests.filter((each) => each.kind === kind) as Selecting[];
  const portOf = (): number => checkConfig(configText(manifests) ?? '').server.port;

  it('is valid by the schemas of Kubernetes, without unknown fields', async () => {
    expect(await schemaFaults(manifests)).toEqual([]);
  });

  it('runs as the user of the image, with no right that it does not need', () => {
    expect(deployment.spec.template.spec).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: IMAGE.user,
        runAsGroup: IMAGE.group,
        fsGroup: IMAGE.group,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources.limits).toEqual({ memory: '512Mi' });
  });

  it('mounts the configuration where the image looks for it, as a folder, and a /tmp to write to', () => {
    const mounts = new Map(container.volumeMounts.map((each) => [each.name, each]));
    expect(mounts.get('config')?.mountPath).toBe(dirname(IMAGE.configFile));
    expect(mounts.get('secrets')?.mountPath).toBe(SECRETS);
    expect(mounts.get('tmp')?.mountPath).toBe('/tmp');
    for (const { subPath } of container.volumeMounts) expect(subPath).toBeUndefined();
    const volumes = deployment.spec.template.spec.volumes;
    const names = ofKind('ConfigMap').map(({ metadata }) => metadata.name);
    if (configText(manifests) !== null) {
      expect(names).toContain(volumes.find(({ name }) => name === 'config')?.configMap?.name);
    }
    expect([...mounts.keys()].sort()).toEqual(volumes.map(({ name }) => name).sort());
  });

  it('asks for life and readiness at paths that the gateway serves, on the port that it listens on', () => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    expect(startupProbe?.httpGet).toMatchObject({ path: '/health/live', port: 'http' });
    expect(livenessProbe?.httpGet).toEqual(startupProbe?.httpGet);
    expect(readinessProbe?.httpGet).toEqual({ ...startupProbe?.httpGet, path: '/health/ready' });
    expect(ROUTES).toEqual(expect.arrayContaining(['/health/live', '/health/ready', '/metrics']));
    const expected = configText(manifests) === null ? IMAGE.port : portOf();
    expect(container.ports).toEqual([{ name: 'http', containerPort: expected, protocol: 'TCP' }]);
  });

  it('has a configuration that the gateway starts with, reachable from other pods, and all of its variables', () => {
    const text = configText(manifests);
    if (text === null) return;
    const { server, auth } = checkConfig(text);
    expect(server.host).toBe('0.0.0.0');
    expect(auth).not.toBeNull();
    expect(container.readinessProbe?.httpGet?.scheme ?? 'HTTP').toBe(server.tls === null ? 'HTTP' : 'HTTPS');
    const { env = [], envFrom } = container as Container & { env?: { name: string }[]; envFrom?: unknown[] };
    const missing = variablesIn(text).filter((name) => !env.some((each) => each.name === name));
    expect(missing.length === 0 || envFrom !== undefined).toBe(true);
  });

  it('stops a pod without losing requests, and replaces none before another is ready', () => {
    const text = configText(manifests);
    const graceMs = deployment.spec.template.spec.terminationGracePeriodSeconds * 1000;
    if (text !== null) {
      const { shutdownTimeoutMs } = checkConfig(text).server;
      expect(drainMs(shutdownTimeoutMs)).toBeGreaterThanOrEqual(ENDPOINTS_FORGET_MS);
      expect(graceMs).toBeGreaterThan(shutdownTimeoutMs);
    }
    expect(deployment.spec.strategy).toMatchObject({ rollingUpdate: { maxUnavailable: 0 } });
  });

  it('has selectors that find its pods, and monitors that find its Service', () => {
    const { labels } = deployment.spec.template.metadata;
    expect(selects(deployment.spec.selector.matchLabels, labels)).toBe(true);
    const service = ofKind('Service').find(({ spec }) => selects(spec.selector, labels));
    expect(service?.spec.ports).toEqual([expect.objectContaining({ name: 'http', targetPort: 'http' })]);
    for (const { spec } of ofKind('PodDisruptionBudget'))
      expect(selects(spec.selector.matchLabels, labels)).toBe(true);
    const policies = ofKind('NetworkPolicy').map(({ spec }) => spec.podSelector?.matchLabels);
    expect(policies.filter((each) => selects(each, labels))).toHaveLength(Math.min(policies.length, 1));
    for (const { spec } of ofKind('ServiceMonitor'))
      expect(selects(spec.selector.matchLabels, service?.metadata.labels)).toBe(true);
  });

  it('has the alerts of deploy/prometheus, if any', () => {
    const alerts: unknown = parse(readFileSync('deploy/prometheus/alerts.yaml', 'utf8'));
    for (const { spec } of ofKind('PrometheusRule')) {
      expect(withoutNames(spec)).toEqual(withoutNames(alerts));
    }
  });
});

/** Where runbooks are read differs, and what the job is named. */
function withoutNames(spec: unknown): unknown {
  return JSON.parse(JSON.stringify(spec).replaceAll(/https:[^"]*\/runbooks\/|(?<=up\{job)=~?\\"[^"]*"/g, ''));
}

import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { VERSION } from './facts.js';
import { canSkipKubeTools, run } from './kube-tools.js';
import { deploymentOf, kustomize, only, parseManifests } from './manifests.js';
import { checkConfig, configText } from './renderings.js';

const describeManifests = canSkipKubeTools() ? describe.skip : describe;
const EXAMPLE = 'overlays/example';

interface ComposeRedis {
  readonly image: string;
  readonly command: readonly string[];
  readonly user: string;
  readonly healthcheck: { readonly test: readonly string[] };
}

function redisOfCompose(): ComposeRedis {
  const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
    readonly services: { readonly redis: ComposeRedis };
  };
  return compose.services.redis;
}

/** In a Compose file, two dollar signs stand for one. */
function withoutEscapes(texts: readonly string[]): string[] {
  return texts.map((text) => text.replaceAll('$$', '$'));
}

describeManifests('kubernetes/components/redis', () => {
  it('starts Redis as Compose does, which tests run', () => {
    const { image, command, healthcheck, user } = redisOfCompose();
    const { spec } = deploymentOf(kustomize(EXAMPLE), 'redis').spec.template;
    expect(spec.containers).toEqual([expect.objectContaining({ image, command: withoutEscapes(command) })]);
    expect(spec.containers[0]?.readinessProbe?.exec?.command).toEqual([
      'sh',
      '-c',
      ...withoutEscapes(healthcheck.test.slice(1)),
    ]);
    expect(spec.securityContext).toMatchObject({ runAsUser: Number(user.split(':')[0]), runAsNonRoot: true });
  });

  it('is the Redis that the example names, and lets in the gateway only', () => {
    const manifests = kustomize(EXAMPLE);
    const service = only(manifests, 'Service', 'redis');
    const { cache } = checkConfig(configText(manifests) ?? '');
    expect(cache.redis).toMatchObject({ nodes: [{ host: service.metadata.name, port: 6379 }] });
    const policy = only(manifests, 'NetworkPolicy', 'redis');
    expect(policy.spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } } }],
        },
      ],
    });
    expect(policy.spec).not.toHaveProperty('egress');
  });
});

describeManifests('kubernetes/overlays/example', () => {
  it('uses the keys of the Secret that docs/kubernetes.md makes, and no other', () => {
    const [, command = ''] =
      /create secret generic tributary-secrets ([^`]+)/.exec(readFileSync('docs/kubernetes.md', 'utf8')) ??
      [];
    const made = [...command.matchAll(/--from-(?:literal|file)=([\w-]+)=/g)].map(([, key]) => key);
    const manifests = kustomize(EXAMPLE);
    const text = configText(manifests) ?? '';
    const files = [...text.matchAll(/\/run\/secrets\/tributary\/([\w-]+)/g)].map(([, key]) => key);
    const redis = JSON.stringify(deploymentOf(manifests, 'redis'));
    const redisKeys = [...redis.matchAll(/"key":"([\w-]+)"/g)].map(([, key]) => key);
    expect(redisKeys).not.toEqual([]);
    expect(new Set(made)).toEqual(new Set([...files, ...redisKeys]));
  });

  it('can be copied to where docs/kubernetes.md says', () => {
    const commands = readFileSync('docs/kubernetes.md', 'utf8');
    const [, copy = ''] = /^cp -R deploy\/kubernetes\/overlays\/example (\S+)$/m.exec(commands) ?? [];
    expect(commands).toContain(`\nkubectl kustomize ${copy} | less\nkubectl apply -k ${copy}\n`);
    const folder = mkdtempSync(join(tmpdir(), 'tributary-overlay-'));
    cpSync('deploy', join(folder, 'deploy'), { recursive: true });
    cpSync('deploy/kubernetes/overlays/example', join(folder, copy), { recursive: true });
    const { stdout } = run('kubectl', ['kustomize', join(folder, copy)]);
    rmSync(folder, { recursive: true });
    expect(parseManifests(stdout)).toEqual(kustomize(EXAMPLE));
  });

  it('puts its namespace and image into the base', () => {
    const manifests = kustomize(EXAMPLE);
    for (const { metadata } of manifests) expect(metadata.namespace).toBe('tributary');
    const { spec } = deploymentOf(manifests, 'tributary').spec.template;
    expect(spec.containers[0]?.image).toBe(`registry.example.com/tributary:${VERSION}`);
  });

  it('replaces the configuration of the base under the same name, so that running pods read it', () => {
    const [base, example] = ['base', EXAMPLE].map((folder) => only(kustomize(folder), 'ConfigMap'));
    expect(example?.metadata.name).toBe(base?.metadata.name);
    expect(example?.data).not.toEqual(base?.data);
  });

  it('has a key for Prometheus with the scope that its monitor needs', () => {
    const { auth } = checkConfig(configText(kustomize(EXAMPLE)) ?? '');
    const prometheus =
      auth === null || auth === 'none' ? [] : auth.apiKeys.filter(({ id }) => id === 'prometheus');
    expect(prometheus).toEqual([expect.objectContaining({ scopes: ['metrics:read'], sources: null })]);
  });
});

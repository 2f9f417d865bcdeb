import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { get } from 'node:https';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.js';
import { canSkipKubeTools } from './kube-tools.js';
import { chart, deploymentOf, only, type Manifest, type PodSpec } from './manifests.js';
import { configText, valuesFor, writeConfig } from './renderings.js';

const describeChart = canSkipKubeTools() ? describe.skip : describe;

describeChart('a gateway with the configuration of the chart', () => {
  it('starts, and answers the probes and `helm test`', async () => {
    const manifests = chart(['everything']);
    const text = configText(manifests) ?? '';
    const config = text.replace('host: 0.0.0.0', 'host: 127.0.0.1').replace('port: 8443', 'port: 0');
    const file = writeConfig(config);
    const gateway = new GatewayProcess(['--config', file], valuesFor(text));
    try {
      const { origin } = new URL(await gateway.url());
      const { containers } = deploymentOf(manifests).spec.template.spec;
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const)
        expect(await statusOf(`${origin}${containers[0]?.[probe]?.httpGet?.path ?? ''}`)).toBe(200);
      expect(connectionTest(manifests, origin)).toMatchObject({ status: 0 });
      expect(connectionTest(manifests, `${origin}/backups/nothing`)).toMatchObject({ status: 1 });
    } finally {
      await gateway.stop();
      rmSync(dirname(file), { recursive: true });
    }
    expect(connectionTest(manifests, 'https://127.0.0.1:1')).toMatchObject({ status: 1 });
  });
});

/** As kubelet asks: by address, whatever the certificate says. */
async function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).once('error', reject);
  });
}

/** Runs what the pod of `helm test` runs, with another address in place of the Service's. */
function connectionTest(manifests: readonly Manifest[], base: string): ReturnType<typeof spawnSync> {
  const { containers } = only(manifests, 'Pod').spec as PodSpec;
  const [command, ...rest] = [...(containers[0]?.command ?? []), ...(containers[0]?.args ?? [])];
  expect(command).toBe('node');
  const args = rest.map((each) => each.replace('https://backups:443', base));
  expect(args).not.toEqual(rest);
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

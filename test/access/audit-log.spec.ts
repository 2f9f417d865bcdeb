import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, startSimulator, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { authWith, keyOf } from '../support/keys.js';

interface Line {
  readonly msg: string;
  readonly principal: string;
  readonly what: string;
  readonly why: string;
  readonly count?: number;
}

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ fleet: 'empty' });
});
afterAll(() => simulator.stop());

function refusalsIn(log: readonly string[]): string[] {
  return log
    .map((line) => JSON.parse(line) as Line)
    .filter(({ msg }) => msg.endsWith('refused'))
    .map(({ msg, principal, what, why, count }) => [msg, principal, what, why, count].join(' ').trim());
}

describe('the audit log of a gateway', () => {
  it('has one line for each kind of refusal, and how often it was repeated', async () => {
    const keys = [{ id: 'grafana', scopes: ['tasks:read' as const], sources: null }];
    const { url, log, stop } = await startGateway(simulator, { auth: authWith(keys) });
    const refusals = (): string[] => refusalsIn(log);
    for (const round of [1, 2, 3]) {
      await ask(`${url}/v1/tasks?source=round-${round}`);
      await ask(`${url}/v1/tasks/task-${round}`);
      await ask(`${url}/v1/tasks`, { 'x-api-key': keyOf('withdrawn') });
      await ask(`${url}/v1/sources/source-${round}`, { 'x-api-key': keyOf('grafana') });
    }
    const kinds = [
      'unknown GET /v1/tasks no-credentials',
      'unknown GET /v1/tasks/:id no-credentials',
      'unknown GET /v1/tasks unknown-key',
      'grafana GET /v1/sources/:source missing-scope',
    ];
    expect(refusals()).toEqual(kinds.map((kind) => `request refused ${kind}`));
    await stop();
    expect(refusals().slice(4)).toEqual(
      expect.arrayContaining(kinds.map((kind) => `more requests refused ${kind} 2`)),
    );
    expect(refusals()).toHaveLength(8);
  });

  it('has no line for readiness probes without a credential, and one for those with a wrong one', async () => {
    const { url, log, stop } = await startGateway(simulator, { auth: authWith([]) });
    expect((await ask(`${url}/health/ready`)).status).toBe(200);
    expect(refusalsIn(log)).toEqual([]);
    const { status } = await ask(`${url}/health/ready`, { 'x-api-key': keyOf('withdrawn') });
    expect(status).toBe(200);
    expect(refusalsIn(log)).toEqual(['request refused unknown GET /health/ready unknown-key']);
    await stop();
  });
});

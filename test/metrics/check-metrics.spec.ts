import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { operationOn } from '../support/backups.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { canSkipPromtool, promtool } from './promtool.js';

const suite = canSkipPromtool() ? describe.skip : describe;

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 3, life: { rate: 0 } });
  gateway = await startGateway(simulator);
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

suite('promtool check metrics', () => {
  it('has nothing to say of a scrape', async () => {
    const createdMs = Date.now();
    simulator.fleet.cbr.add(operationOn('a "b" \\ c\nd\0e', { status: 'running', createdMs }));
    await ask(`${gateway.url}/v1/tasks`);
    const { text } = await ask(`${gateway.url}/metrics`);
    expect(text).toContain('name="a \\"b\\" \\\\ c\\nd');
    expect(promtool(['check', 'metrics'], text)).toEqual({ code: 0, text: '' });
  });

  it('would tell of a metric with a misleading name', () => {
    const text = '# HELP tributary_x_total What x is\n# TYPE tributary_x_total gauge\ntributary_x_total 1\n';
    expect(promtool(['check', 'metrics'], text)).toMatchObject({ code: 3 });
  });
});

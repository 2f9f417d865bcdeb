import { afterEach, describe, expect, it } from 'vitest';
import { operationOn } from '../support/backups.js';
import { startGateway } from '../support/gateway.js';
import { ask } from '../support/http.js';
import { TestSetup } from '../support/test-setup.js';
import { fullScrape } from './full-scrape.js';
import { canSkipPromtool, promtool } from './promtool.js';

const suite = canSkipPromtool() ? describe.skip : describe;

const setup = new TestSetup();
afterEach(() => setup.clear());

suite('promtool check metrics', () => {
  it('has nothing to say of a scrape in which each metric has something to tell', async () => {
    const text = await fullScrape(setup);
    expect(text).toContain('tributary_redis_up 1');
    expect(promtool(['check', 'metrics'], text)).toEqual({ code: 0, text: '' });
  });

  it('has nothing to say of names with special characters', async () => {
    const simulator = await setup.simulator();
    const gateway = await startGateway(simulator);
    setup.onClear(gateway.stop);
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

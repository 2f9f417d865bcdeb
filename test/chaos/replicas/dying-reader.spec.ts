import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IN_FULL, printFigures } from '../../support/figures.js';
import type { Simulator } from '../../support/gateway.js';
import { ask } from '../../support/http.js';
import { until } from '../../support/redis.js';
import { TestSetup } from '../../support/test-setup.js';
import { askPage } from '../../support/tasks.js';

let setup: TestSetup;
let simulator: Simulator;
beforeEach(async () => {
  setup = new TestSetup();
  simulator = await setup.simulator();
});
afterEach(() => setup.clear());

const CBR = { provider: 'huawei-cbr' };

describe('a reader that dies in the middle of a read', () => {
  it.each(['that waits for it', 'that is asked afterwards'])('is replaced by a replica %s', async (which) => {
    const redis = await setup.redis();
    const settings = { cache: { redis: redis.url, freshFor: '60s' } };
    const first = await setup.replica(simulator, settings);
    const second = await setup.gateway(simulator, settings);
    await simulator.setFault('cbr', { kind: 'hang', times: 1 });
    const cut = ask(`${first.url}/v1/tasks?provider=huawei-cbr`).catch(() => 'cut');
    await until(() => simulator.calls.count('cbr') === 1);
    const waiting = which === 'that waits for it' ? askPage(second.url, CBR) : null;
    const killedMs = performance.now();
    await first.kill();
    expect(await cut).toBe('cut');
    const { completeness, totalSize } = await (waiting ?? askPage(second.url, CBR));
    const tookMs = performance.now() - killedMs;
    expect(completeness.complete).toBe(true);
    expect(totalSize).toBeGreaterThan(50);
    if (IN_FULL) expect(tookMs).toBeLessThan(4500);
    printFigures('a reader that dies', [{ 'followed by a replica': which, 'after ms': tookMs }]);
  });
});

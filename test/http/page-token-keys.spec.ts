import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  startGateway,
  startSimulator,
  type GatewayOptions,
  type RunningGateway,
  type Simulator,
} from '../support/gateway.js';
import { ask } from '../support/http.js';
import { SMALL } from '../support/test-setup.js';
import { askPage, listPath } from '../support/tasks.js';

const SECRET = 'a secret of the gateways';

describe('a page token of one gateway', () => {
  let simulator: Simulator;
  let gateways: RunningGateway[] = [];

  beforeAll(async () => {
    simulator = await startSimulator(SMALL);
  });
  afterEach(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    gateways = [];
  });
  afterAll(() => simulator.stop());

  /** What another gateway answers to it. */
  async function statusAtAnother(one: GatewayOptions, other: GatewayOptions): Promise<number> {
    gateways = await Promise.all([startGateway(simulator, one), startGateway(simulator, other)]);
    const [first, second] = gateways;
    const { nextPageToken } = await askPage(first?.url ?? '', { pageSize: 3 });
    const { status } = await ask(
      `${second?.url ?? ''}${listPath({ pageSize: 3, pageToken: nextPageToken })}`,
    );
    return status;
  }

  it('is valid at another with the same secret, whatever else is configured', async () => {
    const sources: GatewayOptions['sources'] = (all) => all.map((each) => ({ ...each, timeoutMs: 9_000 }));
    expect(await statusAtAnother({ secret: SECRET }, { secret: SECRET, sources })).toBe(200);
  });

  it('reveals nothing of the configuration: without a secret the key is random', async () => {
    expect(await statusAtAnother({}, {})).toBe(400);
  });
});

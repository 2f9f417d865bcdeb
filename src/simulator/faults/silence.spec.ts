import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, type StillSimulator } from '../../../test/support/still-simulator.js';

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => setup.simulator.stop());

describe.each(UPSTREAM_NAMES)('silence of %s', (name) => {
  it.each([
    ['close', 'ECONNRESET'],
    ['reset', 'ECONNRESET'],
    ['refuse', 'ECONNREFUSED'],
  ] as const)('%s breaks the connection, and ends when it is cleared', async (kind, code) => {
    await setup.simulator.setFault(name, kind);
    await expect(setup.ask(name)).rejects.toMatchObject({ code });
    await setup.simulator.setFault(name, null);
    expect((await setup.ask(name)).status).toBeLessThan(300);
  });

  it('hang never answers and ends with the simulator', async () => {
    const { simulator } = setup;
    await simulator.setFault(name, 'hang');
    const hanging = setup.ask(name);
    // The rejection is awaited only after the stop that causes it.
    hanging.catch(() => undefined);
    while (simulator.calls.count(name) === 0) await new Promise((resolve) => setImmediate(resolve));
    await simulator.stop();
    await expect(hanging).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('a port', () => {
  it('stays open where only some calls are rejected', async () => {
    for (const bound of [{ only: 'operation-logs' }, { times: 1 }, { at: 1 }, { every: 1 }, { rate: 1 }]) {
      await setup.simulator.setFault('cbr', { kind: 'refuse', ...bound });
      await expect(setup.ask('cbr')).rejects.toMatchObject({ code: 'ECONNRESET' });
    }
  });

  it('closes where one of several faults refuses all calls', async () => {
    await setup.simulator.setFault('cbr', [{ kind: 'error-500', at: 1 }, 'refuse']);
    await expect(setup.ask('cbr')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a closed connection', () => {
  it('ends in an orderly way, without a byte', async () => {
    await setup.simulator.setFault('css', 'close');
    expect(await setup.listen('css')).toBe('');
  });
});

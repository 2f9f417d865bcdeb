import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, type StillSimulator } from '../../../test/support/still-simulator.js';

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => setup.simulator.stop());

describe.each(UPSTREAM_NAMES)('a body of %s that is cut', (name) => {
  it.each(['cut-length', 'cut-chunked', 'cut-reset'] as const)(
    '%s ends the connection and fails the call',
    async (kind) => {
      await setup.simulator.setFault(name, kind);
      await expect(setup.ask(name)).rejects.toMatchObject({ code: 'ECONNRESET' });
    },
  );

  it('cut-length sends half of the length that it states', async () => {
    await setup.simulator.setFault(name, 'cut-length');
    const [head = '', body = ''] = (await setup.listen(name)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 20[01] /);
    expect(body.length).toBe(Math.floor(Number(/content-length: (\d+)/i.exec(head)?.[1]) / 2));
  });

  it('cut-chunked sends one chunk and not the last', async () => {
    await setup.simulator.setFault(name, 'cut-chunked');
    const [head = '', ...body] = (await setup.listen(name)).split('\r\n\r\n');
    expect(head).toMatch(/transfer-encoding: chunked/i);
    expect(head).not.toMatch(/content-length/i);
    expect(body.join('')).toMatch(/^[0-9a-f]+\r\n\{/);
    expect(body.join('')).not.toMatch(/\r\n0$/);
  });
});

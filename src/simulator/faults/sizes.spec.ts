import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, rowsIn, type StillSimulator } from '../../../test/support/still-simulator.js';

const MEBIBYTE = 1024 * 1024;

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => setup.simulator.stop());

describe.each(UPSTREAM_NAMES)('large bodies of %s', (name) => {
  it('large-body is the right body and blanks up to the requested size', async () => {
    const right = await setup.ask(name);
    await setup.simulator.setFault(name, { kind: 'large-body', bodyBytes: 3 * MEBIBYTE + 1 });
    const answer = await setup.ask(name);
    expect(answer.bytes.length).toBe(3 * MEBIBYTE + 1);
    expect(rowsIn(answer)).toEqual(rowsIn(right));
  });

  it('endless-body goes on after the right body until the client leaves', async () => {
    await setup.simulator.setFault(name, 'endless-body');
    const heard = await setup.listen(name, ({ length }) => length > 2_000_000);
    expect(heard).toMatch(/transfer-encoding: chunked/i);
    // Whatever piece of a chunk came last, blanks are all that the body still consists of.
    expect(
      heard
        .slice(-1_000_000)
        .replaceAll(/[\r\n0-9a-f]/g, '')
        .trim(),
    ).toBe('');
  });
});

describe('large-body', () => {
  it('is a hundred megabytes by default', async () => {
    await setup.simulator.setFault('cce', 'large-body');
    const heard = await setup.listen('cce', (text) => text.includes('\r\n\r\n'));
    expect(heard).toMatch(new RegExp(`^content-length: ${100 * MEBIBYTE}\r$`, 'im'));
  });
});

describe('endless-body', () => {
  it('ends with the simulator', async () => {
    await setup.simulator.setFault('cce', 'endless-body');
    const endless = setup.ask('cce');
    endless.catch(() => undefined);
    while (setup.simulator.calls.entries.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await setup.simulator.stop();
    await expect(endless).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

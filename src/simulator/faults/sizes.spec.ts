import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, rowsIn, type Stage } from '../../../test/support/still-simulator.js';

const MEBIBYTE = 1024 * 1024;

let stage: Stage;
beforeEach(async () => {
  stage = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => stage.simulator.stop());

describe.each(UPSTREAM_NAMES)('large bodies of %s', (name) => {
  it('large-body is the right body and blanks up to the size asked for', async () => {
    const right = await stage.ask(name);
    await stage.simulator.setFault(name, { kind: 'large-body', bodyBytes: 3 * MEBIBYTE + 1 });
    const answer = await stage.ask(name);
    expect(answer.bytes.length).toBe(3 * MEBIBYTE + 1);
    expect(rowsIn(answer)).toEqual(rowsIn(right));
  });

  it('endless-body goes on after the right body until the client leaves', async () => {
    await stage.simulator.setFault(name, 'endless-body');
    const heard = await stage.listen(name, ({ length }) => length > 2_000_000);
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
  it('is a hundred megabytes unless told otherwise', async () => {
    await stage.simulator.setFault('cce', 'large-body');
    const heard = await stage.listen('cce', (text) => text.includes('\r\n\r\n'));
    expect(heard).toMatch(new RegExp(`^content-length: ${100 * MEBIBYTE}\r$`, 'im'));
  });
});

describe('endless-body', () => {
  it('ends with the simulator', async () => {
    await stage.simulator.setFault('cce', 'endless-body');
    const endless = stage.ask('cce');
    endless.catch(() => undefined);
    while (stage.simulator.calls.entries.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await stage.simulator.stop();
    await expect(endless).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CANARIES } from '../canaries.js';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, rowsIn, type StillSimulator } from '../../../test/support/still-simulator.js';

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => setup.simulator.stop());

describe.each(UPSTREAM_NAMES)('the head of an answer of %s', (name) => {
  it.each([
    ['redirect-302', 302],
    ['redirect-307', 307],
  ] as const)('%s redirects to a host that must not be called, or to a given one', async (kind, status) => {
    await setup.simulator.setFault(name, kind);
    const answer = await setup.ask(name);
    expect(answer.status).toBe(status);
    for (const canary of CANARIES) expect(answer.headers.location).toContain(canary);
    await setup.simulator.setFault(name, { kind, location: 'http://example.com/' });
    expect((await setup.ask(name)).headers.location).toBe('http://example.com/');
  });

  it('no-content has no body and no length', async () => {
    await setup.simulator.setFault(name, 'no-content');
    const answer = await setup.ask(name);
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers['content-length']).toBeUndefined();
  });

  it('empty is a success without a byte', async () => {
    await setup.simulator.setFault(name, 'empty');
    const answer = await setup.ask(name);
    expect([200, 201]).toContain(answer.status);
    expect(answer.headers).toMatchObject({ 'content-length': '0', 'content-type': 'application/json' });
  });

  it.each([
    ['status-299', 299],
    ['status-600', 600],
  ] as const)('%s comes with the right body', async (kind, status) => {
    const right = await setup.ask(name);
    await setup.simulator.setFault(name, kind);
    const answer = await setup.ask(name);
    expect(answer.status).toBe(status);
    expect(rowsIn(answer)).toEqual(rowsIn(right));
  });

  it('interim sends three interim answers before the right one', async () => {
    await setup.simulator.setFault(name, 'interim');
    const heard = await setup.listen(name, (text) => /HTTP\/1\.1 20[01] /.test(text));
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 100',
      'HTTP/1.1 102',
      'HTTP/1.1 103',
      `HTTP/1.1 ${name === 'iam' ? 201 : 200}`,
    ]);
    expect((await setup.ask(name)).status).toBeLessThan(300);
  });

  it('garbage-status-line is not HTTP, and contains text that must not be passed on', async () => {
    await setup.simulator.setFault(name, 'garbage-status-line');
    await expect(setup.ask(name)).rejects.toMatchObject({ code: 'HPE_INVALID_CONSTANT' });
    const heard = await setup.listen(name);
    for (const canary of CANARIES) expect(heard).toContain(canary);
  });

  it('large-headers exceed what a client accepts', async () => {
    await setup.simulator.setFault(name, 'large-headers');
    await expect(setup.ask(name)).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
  });
});

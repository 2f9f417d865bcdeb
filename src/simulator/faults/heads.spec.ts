import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CANARIES } from '../canaries.js';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, rowsIn, type Stage } from '../../../test/support/still-simulator.js';

let stage: Stage;
beforeEach(async () => {
  stage = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => stage.simulator.stop());

describe.each(UPSTREAM_NAMES)('the head of an answer of %s', (name) => {
  it.each([
    ['redirect-302', 302],
    ['redirect-307', 307],
  ] as const)('%s leads to a host that nobody should ask, or to one that is given', async (kind, status) => {
    await stage.simulator.setFault(name, kind);
    const answer = await stage.ask(name);
    expect(answer.status).toBe(status);
    for (const canary of CANARIES) expect(answer.headers.location).toContain(canary);
    await stage.simulator.setFault(name, { kind, location: 'http://example.com/' });
    expect((await stage.ask(name)).headers.location).toBe('http://example.com/');
  });

  it('no-content has no body and tells no length', async () => {
    await stage.simulator.setFault(name, 'no-content');
    const answer = await stage.ask(name);
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers['content-length']).toBeUndefined();
  });

  it('empty is a success with no byte', async () => {
    await stage.simulator.setFault(name, 'empty');
    const answer = await stage.ask(name);
    expect([200, 201]).toContain(answer.status);
    expect(answer.headers).toMatchObject({ 'content-length': '0', 'content-type': 'application/json' });
  });

  it.each([
    ['status-299', 299],
    ['status-600', 600],
  ] as const)('%s stands over the right body', async (kind, status) => {
    const right = await stage.ask(name);
    await stage.simulator.setFault(name, kind);
    const answer = await stage.ask(name);
    expect(answer.status).toBe(status);
    expect(rowsIn(answer)).toEqual(rowsIn(right));
  });

  it('interim says three other things before the right answer', async () => {
    await stage.simulator.setFault(name, 'interim');
    const heard = await stage.listen(name, (text) => /HTTP\/1\.1 20[01] /.test(text));
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 100',
      'HTTP/1.1 102',
      'HTTP/1.1 103',
      `HTTP/1.1 ${name === 'iam' ? 201 : 200}`,
    ]);
    expect((await stage.ask(name)).status).toBeLessThan(300);
  });

  it('garbage-status-line is not HTTP, and tells more than anybody should pass on', async () => {
    await stage.simulator.setFault(name, 'garbage-status-line');
    await expect(stage.ask(name)).rejects.toMatchObject({ code: 'HPE_INVALID_CONSTANT' });
    const heard = await stage.listen(name);
    for (const canary of CANARIES) expect(heard).toContain(canary);
  });

  it('large-headers are more than a client takes', async () => {
    await stage.simulator.setFault(name, 'large-headers');
    await expect(stage.ask(name)).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
  });
});

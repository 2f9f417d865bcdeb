import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CANARIES } from '../canaries.js';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, rowsIn, type StillSimulator } from '../../../test/support/still-simulator.js';

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => setup.simulator.stop());

describe.each(UPSTREAM_NAMES)('invalid bodies of %s', (name) => {
  it.each([
    ['bad-gateway-html', 502, 'text/html'],
    ['html', 200, 'text/html'],
    ['xml-as-json', name === 'iam' ? 201 : 200, 'application/json'],
  ] as const)('%s is not JSON and contains text that must not be passed on', async (kind, status, type) => {
    await setup.simulator.setFault(name, kind);
    const answer = await setup.ask(name);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain(type);
    expect(answer.json).toBeUndefined();
    for (const canary of CANARIES) expect(answer.text).toContain(canary);
  });

  it.each([
    ['json-as-text', 'text/plain'],
    ['json-as-html', 'text/html'],
  ] as const)('%s is the right body declared as %s', async (kind, type) => {
    const right = await setup.ask(name);
    await setup.simulator.setFault(name, kind);
    const answer = await setup.ask(name);
    expect(answer.headers['content-type']).toContain(type);
    expect(Object.keys(answer.json as object)).toEqual(Object.keys(right.json as object));
    expect(rowsIn(answer)).toEqual(rowsIn(right));
  });

  it('cut-json is a whole HTTP message with half a body', async () => {
    await setup.simulator.setFault(name, 'cut-json');
    const answer = await setup.ask(name);
    expect([200, 201]).toContain(answer.status);
    expect(answer.json).toBeUndefined();
    expect(answer.text).toMatch(/^\{/);
  });
});

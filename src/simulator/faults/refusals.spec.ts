import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CANARIES } from '../canaries.js';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, type StillSimulator } from '../../../test/support/still-simulator.js';

const NOW_MS = Date.UTC(2026, 5, 1, 12);

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(NOW_MS);
});
afterEach(() => setup.simulator.stop());

describe.each(UPSTREAM_NAMES)('error answers of %s', (name) => {
  it.each([
    ['error-500', 500],
    ['throttle', 429],
    ['throttle-gateway', 429],
    // CCE says with 429 that a cluster is held by another request.
    ['locked', name === 'cce' ? 429 : 409],
    ['conflict', 409],
    ['unauthorized', 401],
    ['forbidden', 403],
    // CSS has no 404 for a cluster.
    ['not-found', name === 'css' ? 403 : 404],
    ['unavailable', 503],
    ['gateway-timeout', 504],
  ] as const)('%s is JSON with its status and text that must not be passed on', async (kind, status) => {
    await setup.simulator.setFault(name, kind);
    const answer = await setup.ask(name);
    expect(answer.status).toBe(status);
    expect(answer.json).toBeDefined();
    for (const canary of CANARIES) {
      expect(answer.text).toContain(canary);
      expect(answer.headers['x-served-by']).toContain(canary);
    }
  });

  it.each(['throttle', 'throttle-gateway', 'unavailable'] as const)(
    '%s states how long to wait, as seconds or as a date',
    async (kind) => {
      await setup.simulator.setFault(name, { kind, retryAfterSeconds: 90 });
      expect((await setup.ask(name)).headers['retry-after']).toBe('90');
      await setup.simulator.setFault(name, { kind, retryAfterSeconds: 90, retryAfterForm: 'date' });
      expect((await setup.ask(name)).headers['retry-after']).toBe('Mon, 01 Jun 2026 12:01:30 GMT');
      await setup.simulator.setFault(name, kind);
      expect((await setup.ask(name)).headers['retry-after']).toBe(kind === 'unavailable' ? '5' : undefined);
    },
  );
});

describe('the words of', () => {
  it.each([
    ['css', 'throttle', { error_code: 'APIGW.0308' }],
    ['cbr', 'throttle', { error_code: 'APIGW.0308' }],
    ['cce', 'throttle', { errorCode: 'CCE.02429001' }],
    ['ocp', 'throttle', { successful: false, status: 429 }],
    ['iam', 'throttle', { error: { code: 429 } }],
    ['cce', 'throttle-gateway', { error_code: 'APIGW.0308' }],
    ['cce', 'locked', { errorCode: 'CCE.01429002' }],
    ['css', 'locked', { errCode: 'CSS.0011' }],
    ['css', 'conflict', { errCode: 'CSS.0011' }],
    ['cbr', 'locked', { error_msg: expect.stringMatching(/in use/) }],
    ['ocp', 'locked', { successful: false, status: 409 }],
    ['css', 'unavailable', { error_code: 'APIGW.0202' }],
    ['cbr', 'gateway-timeout', { error_code: 'APIGW.0203' }],
    ['ocp', 'unavailable', { successful: false, status: 503 }],
  ] as const)('%s for %s are %j', async (name, kind, body) => {
    await setup.simulator.setFault(name, kind);
    expect((await setup.ask(name)).json).toMatchObject(body);
  });

  it('OCP names the window that is used up', async () => {
    await setup.simulator.setFault('ocp', { kind: 'throttle', resetSeconds: 42 });
    expect((await setup.ask('ocp')).headers).toMatchObject({
      'ratelimit-remaining': '0',
      'ratelimit-reset': '42',
    });
  });
});

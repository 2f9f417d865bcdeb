import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CANARIES } from '../canaries.js';
import { UPSTREAM_NAMES, type UpstreamName } from '../settings.js';
import { startSimulator, type Simulator } from '../simulator.js';
import { ask, type Answer, type Question } from '../test-client.js';
import { FAULT_KINDS, type FaultKind } from './fault.js';

const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';
const CLUSTER = '6f43b4e5-1111-4c2e-9d0f-0255ac101a4b';
const PATHS: Record<UpstreamName, string> = {
  css: `/v1.0/${PROJECT}/clusters/${CLUSTER}/logs/records`,
  cbr: `/v3/${PROJECT}/operation-logs`,
  cce: `/api/v3.1/projects/${PROJECT}/clusters/${CLUSTER}/operation/snapshot/tasks`,
  ocp: '/api/v2/ob/clusters/1000005/backup/task/logBackupTasks?page=1&size=10',
  iam: '/v3/auth/tokens',
};

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ fleet: 'empty' });
  simulator.fleet.addCssCluster({ id: CLUSTER });
  simulator.fleet.addCceCluster({ id: CLUSTER });
  simulator.fleet.addOcpCluster({ id: 1000005 });
});
afterEach(() => simulator.stop());

const IAM_LOGIN = JSON.stringify({
  auth: {
    identity: {
      methods: ['password'],
      password: {
        user: { name: 'backup-reader', password: 'example-password', domain: { name: 'acme' } },
      },
    },
  },
});

function questionFor(name: UpstreamName): Question {
  if (name === 'iam') return { method: 'POST', body: IAM_LOGIN };
  const login = Buffer.from('admin:example-password').toString('base64');
  return {
    headers: name === 'ocp' ? { authorization: `Basic ${login}` } : { 'x-auth-token': 'example-token' },
  };
}

const askUpstream = (name: UpstreamName): Promise<Answer> =>
  ask(`${simulator.urls[name]}${PATHS[name]}`, questionFor(name));

describe.each(UPSTREAM_NAMES)('faults of %s', (name) => {
  it.each([
    ['error-500', 500],
    ['bad-gateway-html', 502],
    ['throttle', 429],
    ['unauthorized', 401],
    ['forbidden', 403],
    // CSS has no 404 for a cluster.
    ['not-found', name === 'css' ? 403 : 404],
    ['html', 200],
  ] as const)('%s is answered with its status and more than anybody should pass on', async (kind, status) => {
    await simulator.setFault(name, kind);
    const answer = await askUpstream(name);
    expect(answer.status).toBe(status);
    for (const canary of CANARIES) expect(answer.text).toContain(canary);
    expect(answer.json === undefined).toBe(answer.headers['content-type']?.startsWith('text/html'));
  });

  it('cut-json is a whole HTTP message with half a body', async () => {
    await simulator.setFault(name, 'cut-json');
    const answer = await askUpstream(name);
    expect([200, 201]).toContain(answer.status);
    expect(answer.json).toBeUndefined();
    expect(answer.text).toMatch(/^\{/);
  });

  it('wrong-shape is valid JSON without any list and without a token', async () => {
    await simulator.setFault(name, 'wrong-shape');
    const answer = await askUpstream(name);
    expect(answer.json).toBeDefined();
    expect(answer.text).not.toContain('[]');
    expect(answer.headers['x-subject-token']).toBeUndefined();
  });

  it.each(['reset', 'refuse'] as const)(
    '%s breaks the connection, and heals when it is cleared',
    async (kind) => {
      await simulator.setFault(name, kind);
      await expect(askUpstream(name)).rejects.toMatchObject({
        code: kind === 'reset' ? 'ECONNRESET' : 'ECONNREFUSED',
      });
      await simulator.setFault(name, null);
      expect((await askUpstream(name)).status).toBeLessThan(300);
    },
  );

  it('hang never answers and ends with the simulator', async () => {
    await simulator.setFault(name, 'hang');
    const hanging = askUpstream(name);
    // The rejection is awaited only after the stop that causes it.
    hanging.catch(() => undefined);
    while (simulator.calls.count(name) === 0) await new Promise((resolve) => setImmediate(resolve));
    await simulator.stop();
    await expect(hanging).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('throttling', () => {
  it.each([
    ['css', { error_code: 'APIGW.0308' }],
    ['cbr', { error_code: 'APIGW.0308' }],
    ['cce', { errorCode: 'CCE.02429001' }],
    ['ocp', { successful: false, status: 429 }],
  ] as const)('is worded by %s in its own shape', async (name, body) => {
    await simulator.setFault(name, { kind: 'throttle', retryAfterSeconds: 7 });
    const answer = await askUpstream(name);
    expect(answer.json).toMatchObject(body);
    expect(answer.headers['retry-after']).toBe('7');
    expect(answer.headers['ratelimit-limit'] !== undefined).toBe(name === 'ocp');
  });
});

describe('a bounded fault', () => {
  it.each(FAULT_KINDS)('%s leaves the calls for other feeds alone', async (kind) => {
    await simulator.setFault('cbr', { kind, only: 'another' });
    expect((await askUpstream('cbr')).status).toBe(200);
  });

  it('meets one feed only', async () => {
    await simulator.setFault('css', { kind: 'error-500', only: 'clusters' });
    expect((await askUpstream('css')).status).toBe(200);
    const listing = await ask(`${simulator.urls.css}/v1.0/${PROJECT}/clusters`, questionFor('css'));
    expect(listing.status).toBe(500);
  });

  it('passes after so many calls', async () => {
    await simulator.setFault('cbr', { kind: 'error-500', times: 2 });
    const statuses: number[] = [];
    for (let call = 0; call < 3; call++) statuses.push((await askUpstream('cbr')).status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  it('may be set directly, but for refuse', async () => {
    const kind: FaultKind = 'forbidden';
    simulator.settings.faults.cce = kind;
    expect((await askUpstream('cce')).status).toBe(403);
  });
});

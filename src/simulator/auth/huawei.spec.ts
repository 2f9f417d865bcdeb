import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CANARIES } from '../canaries.js';
import { startSimulator, type Simulator } from '../simulator.js';
import { ask, type Answer } from '../../../test/support/simulator-client.js';
import { sdkHmacSignature } from './sdk-hmac.js';

const START_MS = Date.UTC(2026, 0, 15, 12);
const MINUTE_MS = 60_000;

let simulator: Simulator;
let nowMs: number;

beforeEach(async () => {
  nowMs = START_MS;
  simulator = await startSimulator({ fleet: 'empty', clock: () => nowMs });
});
afterEach(() => simulator.stop());

const logsPath = (): string => `/v3/${simulator.settings.accounts.project.id}/operation-logs`;

interface Signing {
  readonly secretKey?: string;
  readonly signedMs?: number;
  readonly securityToken?: string;
}

async function askSigned(signing: Signing = {}): Promise<Answer> {
  const path = logsPath();
  const host = new URL(simulator.urls.cbr).host;
  const date = new Date(signing.signedMs ?? nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const headers = {
    host,
    'x-sdk-date': date,
    ...(signing.securityToken !== undefined && { 'x-security-token': signing.securityToken }),
  };
  const key = simulator.settings.accounts.accessKeys[0];
  const signature = sdkHmacSignature(
    {
      method: 'GET',
      path,
      segments: path.split('/').slice(1),
      query: new Map([['limit', ['5']]]),
      headers,
      headerValues: {},
      body: Buffer.alloc(0),
      client: '',
      nowMs,
      requestId: '',
    },
    Object.keys(headers).toSorted(),
    signing.secretKey ?? key?.secretKey ?? '',
  );
  const signed = Object.keys(headers).toSorted().join(';');
  const authorization = `SDK-HMAC-SHA256 Access=${String(key?.accessKey)}, SignedHeaders=${signed}, Signature=${signature}`;
  return ask(`${simulator.urls.cbr}${path}?limit=5`, { headers: { ...headers, authorization } });
}

async function askToken(body: unknown): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(`${simulator.urls.iam}/v3/auth/tokens?nocatalog=true`, { method: 'POST', body: text });
}

function passwordLogin(changes: { password?: string; domain?: string; scope?: object } = {}): object {
  const domain = { name: changes.domain ?? 'acme' };
  const user = { name: 'backup-reader', password: changes.password ?? 'example-password', domain };
  const scope = changes.scope ?? { project: { id: simulator.settings.accounts.project.id } };
  return { auth: { identity: { methods: ['password'], password: { user } }, scope } };
}

const askWithToken = (token: string): Promise<Answer> =>
  ask(`${simulator.urls.cbr}${logsPath()}`, { headers: { 'x-auth-token': token } });

describe('log-in at Huawei', () => {
  it('accepts a signed call and a static token', async () => {
    expect((await askSigned()).status).toBe(200);
    expect((await askWithToken('example-token')).status).toBe(200);
  });

  it('rejects calls without credentials in the format of the API gateway', async () => {
    const answer = await ask(`${simulator.urls.cbr}${logsPath()}`);
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      error_code: 'APIGW.0301',
      error_msg: expect.stringContaining(CANARIES[0]),
      request_id: answer.headers['x-request-id'],
    });
  });

  it('rejects a wrong signature', async () => {
    const answer = await askSigned({ secretKey: 'wrong' });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('verify aksk signature fail');
  });

  it.each([14, -14])('accepts a signature that is %d minutes off', async (minutes) => {
    expect((await askSigned({ signedMs: nowMs - minutes * MINUTE_MS })).status).toBe(200);
  });

  it.each([15, -15])('rejects a signature that is %d minutes off', async (minutes) => {
    const answer = await askSigned({ signedMs: nowMs - minutes * MINUTE_MS });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('signature expired');
  });

  it('locks an access key for five minutes after more than five failures in a row', async () => {
    for (let attempt = 0; attempt < 5; attempt++) await askSigned({ secretKey: 'wrong' });
    expect((await askSigned()).status).toBe(200);
    for (let attempt = 0; attempt < 6; attempt++) await askSigned({ secretKey: 'wrong' });
    const locked = await askSigned();
    expect(locked.status).toBe(401);
    expect(locked.text).toContain('AK access failed to reach the limit,forbidden');
    nowMs += 5 * MINUTE_MS;
    expect((await askSigned()).status).toBe(200);
  });

  it('requires the security token of a temporary key', async () => {
    const [key] = simulator.settings.accounts.accessKeys;
    if (key !== undefined) key.securityToken = 'temporary';
    expect((await askSigned()).status).toBe(401);
    expect((await askSigned({ securityToken: 'temporary' })).status).toBe(200);
  });

  it('accepts tokens of 32 KiB', async () => {
    simulator.settings.accounts.tokenLength = 32 * 1024;
    const token = String((await askToken(passwordLogin())).headers['x-subject-token']);
    expect(token).toHaveLength(32 * 1024);
    expect((await askWithToken(token)).status).toBe(200);
  });

  it('rejects another project', async () => {
    const url = `${simulator.urls.cbr}/v3/0123456789abcdef0123456789abcdef/operation-logs`;
    expect((await ask(url, { headers: { 'x-auth-token': 'example-token' } })).status).toBe(403);
  });
});

describe('tokens of IAM', () => {
  it('are issued in a header, with their expiry in the body', async () => {
    simulator.settings.accounts.tokenLifetimeMs = 60 * MINUTE_MS;
    const answer = await askToken(passwordLogin());
    expect(answer.status).toBe(201);
    expect(answer.headers['x-iam-trace-id']).toBeDefined();
    expect(answer.json).toMatchObject({
      token: {
        issued_at: '2026-01-15T12:00:00.000000Z',
        expires_at: '2026-01-15T13:00:00.000000Z',
        project: { name: 'eu-west-101' },
      },
    });
    const token = String(answer.headers['x-subject-token']);
    nowMs += 60 * MINUTE_MS - 1;
    expect((await askWithToken(token)).status).toBe(200);
    nowMs += 1;
    expect((await askWithToken(token)).status).toBe(401);
  });

  it('expire early when they are revoked', async () => {
    const token = String((await askToken(passwordLogin())).headers['x-subject-token']);
    simulator.revokeTokens();
    expect((await askWithToken(token)).status).toBe(401);
  });

  it('may be scoped by the name of the project', async () => {
    const answer = await askToken(passwordLogin({ scope: { project: { name: 'eu-west-101' } } }));
    expect((await askWithToken(String(answer.headers['x-subject-token']))).status).toBe(200);
  });

  it('are valid for no project when scoped to the account', async () => {
    const answer = await askToken(passwordLogin({ scope: { domain: { name: 'acme' } } }));
    expect(answer.status).toBe(201);
    expect((await askWithToken(String(answer.headers['x-subject-token']))).status).toBe(403);
  });

  it.each([
    ['a wrong password', { password: 'no' }],
    ['another account', { domain: 'other' }],
    ['a foreign project', { scope: { project: { id: 'other' } } }],
  ])('are denied to %s in the format of IAM', async (_what, changes) => {
    const answer = await askToken(passwordLogin(changes));
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ error: { code: 401, title: 'Unauthorized' } });
    expect(answer.headers['x-subject-token']).toBeUndefined();
  });

  it.each(['', 'null', '[]', '{"auth":1}', '{"auth":{"identity":{"methods":"password"}}}'])(
    'are denied to the body %j',
    async (body) => {
      expect((await askToken(body)).status).toBe(400);
    },
  );
});

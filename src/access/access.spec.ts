import { beforeEach, describe, expect, it } from 'vitest';
import type { AuthConfig, Config } from '@/config/config.js';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { SCOPES } from '@/model/scope.js';
import { Access, type AccessConfig, type AccessRequest, type Admission } from './access.js';
import type { RefusedRequest } from './audit-log.js';
import { newApiKey } from './keygen.js';
import { Principal } from './principal.js';
import { Refusal } from './refusal.js';

const READER = newApiKey();
const SCRAPER = newApiKey();
const AUTH: AuthConfig = {
  apiKeys: [
    { id: 'reader', hash: READER.hash, scopes: ['tasks:read'], sources: ['logs'], rateLimit: null },
    {
      id: 'scraper',
      hash: SCRAPER.hash,
      scopes: ['metrics:read'],
      sources: null,
      rateLimit: { calls: 1, perMs: 3_600_000 },
    },
  ],
  oidc: [],
  anonymous: null,
  rateLimit: null,
  metrics: null,
};
const SOURCES = [{ id: 'logs' }, { id: 'servers' }] as unknown as Config['sources'];
const LIMIT = { calls: 1, perMs: 3_600_000 };

let events: RefusedRequest[];
beforeEach(() => {
  events = [];
});

const configOf = (auth: Partial<AuthConfig> | 'none' | null): AccessConfig => ({
  auth: typeof auth === 'object' && auth !== null ? { ...AUTH, ...auth } : auth,
  sources: SOURCES,
});

function accessOf(auth: Partial<AuthConfig> | 'none' | null): Access {
  const audit = { refused: (event: RefusedRequest) => events.push(event), issuerFailed: () => undefined };
  return new Access(configOf(auth), { clock: SYSTEM_CLOCK, counters: null, audit });
}

const request = (headers: AccessRequest['headers'] = {}, ip = '192.0.2.1'): AccessRequest => ({
  method: 'GET',
  routeOptions: { url: '/v1/tasks/:id' },
  // A real one has it too.
  ...{ url: '/v1/tasks/some-task?resourceName=secret' },
  ip,
  headers,
});
const withKey = (key: string): AccessRequest => request({ 'x-api-key': key });

function refused(admission: Admission): Refusal {
  if (!(admission instanceof Refusal)) throw new Error('it was let in');
  return admission;
}

function admitted(admission: Admission): Principal {
  if (admission instanceof Refusal) throw new Error(admission.cause);
  return admission.principal;
}

const CHALLENGE = 'Bearer realm="tributary"';

describe('access', () => {
  it.each(['none', null] as const)('lets everyone do everything when auth is %s', async (auth) => {
    const access = accessOf(auth);
    for (const scope of SCOPES) {
      const principal = admitted(await access.admit(withKey('anything'), scope));
      expect([principal.name, principal.sourcesOf(scope)]).toEqual(['anonymous', 'all']);
    }
  });

  it('knows a key by either header', async () => {
    const access = accessOf({});
    for (const headers of [{ 'x-api-key': READER.key }, { authorization: `Bearer ${READER.key}` }]) {
      const principal = admitted(await access.admit(request(headers), 'tasks:read'));
      expect([principal.name, principal.sourcesOf('tasks:read')]).toEqual(['reader', new Set(['logs'])]);
    }
  });

  it('asks for a credential where there is none', async () => {
    const { answer } = refused(await accessOf({}).admit(request(), 'tasks:read'));
    expect(answer).toMatchObject({
      status: 401,
      slug: 'unauthenticated',
      headers: { 'www-authenticate': CHALLENGE },
    });
    expect(events).toEqual([
      {
        principal: 'unknown',
        what: 'GET /v1/tasks/:id',
        why: 'no-credentials',
        status: 401,
        address: '192.0.2.1',
      },
    ]);
  });

  it.each([
    ['an unknown key', { 'x-api-key': 'trib_x' }, 'unknown-key'],
    ['a token of an unknown issuer', { authorization: 'Bearer e30.e30.eA' }, 'unknown-issuer'],
    ['a token that is none', { authorization: 'Bearer a.b.c' }, 'malformed-token'],
    ['HTTP Basic', { authorization: 'Basic dTpw' }, 'unknown-scheme'],
    [
      'two credentials',
      { 'x-api-key': READER.key, authorization: `Bearer ${SCRAPER.key}` },
      'two-credentials',
    ],
  ])('refuses %s, also where anonymous may ask', async (_name, headers, why) => {
    const access = accessOf({ anonymous: { scopes: ['tasks:read'], sources: null } });
    const { answer } = refused(await access.admit(request(headers), 'tasks:read'));
    expect(answer).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_token"` },
    });
    expect(events).toMatchObject([{ principal: 'unknown', why }]);
  });

  it('names the scope that a key lacks', async () => {
    const { answer } = refused(await accessOf({}).admit(withKey(READER.key), 'sources:read'));
    expect(answer).toMatchObject({
      status: 403,
      slug: 'forbidden',
      headers: { 'www-authenticate': `${CHALLENGE}, error="insufficient_scope", scope="sources:read"` },
    });
    expect(answer.detail).toContain('sources:read');
    expect(events).toMatchObject([{ principal: 'reader', why: 'missing-scope', status: 403 }]);
  });

  it('asks anonymous for a credential where it lacks the scope', async () => {
    const access = accessOf({ anonymous: { scopes: ['tasks:read'], sources: ['servers'] } });
    const principal = admitted(await access.admit(request(), 'tasks:read'));
    expect([principal.name, principal.sourcesOf('tasks:read')]).toEqual(['anonymous', new Set(['servers'])]);
    const { answer } = refused(await access.admit(request(), 'sources:read'));
    expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': CHALLENGE } });
  });

  it('tells neither caller nor log a credential or a query', async () => {
    const access = accessOf({});
    const answers = [
      await access.admit(withKey('trib_unknown'), 'tasks:read'),
      await access.admit(withKey(READER.key), 'metrics:read'),
    ].map((admission) => refused(admission).answer);
    const text = JSON.stringify([answers, events]);
    for (const secret of ['trib_', 'some-task', 'resourceName', READER.hash])
      expect(text).not.toContain(secret);
  });

  it('tells the log no address that is none', async () => {
    await accessOf({}).admit(request({}, 'a text of a proxy'), 'tasks:read');
    expect(events).toMatchObject([{ address: 'unknown' }]);
  });
});

describe('limits', () => {
  it('refuse a spent principal before its scope is looked at, with headers on every answer', async () => {
    const access = accessOf({ rateLimit: LIMIT });
    const first = refused(await access.admit(withKey(READER.key), 'sources:read'));
    expect(first.answer).toMatchObject({
      status: 403,
      headers: { 'ratelimit-policy': '"default";q=1;w=3600', ratelimit: '"default";r=0;t=3600' },
    });
    const second = refused(await access.admit(withKey(READER.key), 'sources:read'));
    expect(second.answer).toMatchObject({ status: 429, slug: 'rate-limited' });
    expect(events.map(({ why }) => why)).toEqual(['missing-scope', 'rate-limit']);
  });

  it('count anonymous requests by address', async () => {
    const access = accessOf({ rateLimit: LIMIT, anonymous: { scopes: ['tasks:read'], sources: null } });
    admitted(await access.admit(request({}, '2001:db8::1'), 'tasks:read'));
    refused(await access.admit(request({}, '2001:db8::2'), 'tasks:read'));
    admitted(await access.admit(request({}, '192.0.2.9'), 'tasks:read'));
  });

  it('are not for metrics', async () => {
    const access = accessOf({});
    for (let requests = 0; requests < 2; requests++)
      admitted(await access.admit(withKey(SCRAPER.key), 'metrics:read'));
  });

  it('leave an unlimited principal without headers', async () => {
    expect(await accessOf({}).admit(withKey(READER.key), 'tasks:read')).toMatchObject({ headers: {} });
  });
});

describe('metrics', () => {
  it('need their scope', async () => {
    const access = accessOf({});
    expect(refused(await access.admit(request(), 'metrics:read')).answer.status).toBe(401);
    expect(refused(await access.admit(withKey(READER.key), 'metrics:read')).answer.status).toBe(403);
  });

  it('need nothing when the configuration opens them', async () => {
    const access = accessOf({ metrics: 'open' });
    for (const each of [request(), withKey('trib_wrong')]) admitted(await access.admit(each, 'metrics:read'));
  });
});

describe('a new configuration', () => {
  it('holds at once, and keeps what is used up', async () => {
    const access = accessOf({ rateLimit: LIMIT });
    admitted(await access.admit(withKey(READER.key), 'tasks:read'));
    const replaced = newApiKey();
    access.apply(
      configOf({
        rateLimit: LIMIT,
        apiKeys: [
          { id: 'reader', hash: replaced.hash, scopes: ['tasks:raw'], sources: null, rateLimit: null },
        ],
      }),
    );
    expect(refused(await access.admit(withKey(READER.key), 'tasks:read')).cause).toBe('unknown-key');
    const principal = await access.authenticate(withKey(replaced.key));
    expect(principal instanceof Principal && principal.sourcesOf('tasks:raw')).toBe('all');
    expect(refused(await access.admit(withKey(replaced.key), 'tasks:raw')).cause).toBe('rate-limit');
  });
});

import { createHmac, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SignJWT, importJWK, type JWTPayload } from 'jose';
import { Access } from '@/access/access.js';
import type { IssuerFault, RefusedRequest } from '@/access/audit-log.js';
import { Principal } from '@/access/principal.js';
import { Refusal } from '@/access/refusal.js';
import type { Config, OidcConfig } from '@/config/config.js';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { AUDIENCE, newSigningKey, TestIssuer, type SigningKey } from './test-issuer.js';

const SOURCES = [{ id: 'logs' }, { id: 'oceanbase' }] as unknown as Config['sources'];

let firstKey: SigningKey;
let issuer: TestIssuer;
let access: Access;
let events: (RefusedRequest | IssuerFault)[];
/** The gateway's clocks are ahead by this much. */
let aheadMs: number;

beforeAll(async () => {
  // The provider warns on the console that it is not set up for production.
  for (const method of ['warn', 'info'] as const) vi.spyOn(console, method).mockReturnValue();
  firstKey = await newSigningKey('first');
  issuer = await TestIssuer.start(firstKey);
});
beforeEach(() => {
  [events, aheadMs] = [[], 0];
  issuer.isDown = false;
  issuer.useKey(firstKey);
  access = new Access(configOf(), {
    clock: {
      wallMs: () => SYSTEM_CLOCK.wallMs() + aheadMs,
      monotonicMs: () => SYSTEM_CLOCK.monotonicMs() + aheadMs,
    },
    counters: null,
    audit: {
      refused: (request) => events.push(request),
      issuerFailed: (_issuer, fault) => events.push(fault),
    },
  });
});
afterAll(() => issuer.stop());

function configOf(change: Partial<OidcConfig> = {}): Pick<Config, 'auth' | 'sources'> {
  const trusted: OidcConfig = {
    issuer: issuer.url,
    audience: AUDIENCE,
    grants: [
      { claim: 'groups', value: 'backup-operators', scopes: ['tasks:read', 'tasks:raw'], sources: null },
      { claim: 'groups', value: 'dba', scopes: ['tasks:read', 'sources:read'], sources: ['oceanbase'] },
    ],
    ...change,
  };
  const auth = { apiKeys: [], oidc: [trusted], anonymous: null, rateLimit: null, metrics: null };
  return { auth, sources: SOURCES };
}

function ask(token: string): Promise<Principal | Refusal> {
  const headers = { authorization: `Bearer ${token}` };
  return access.authenticate({ method: 'GET', routeOptions: { url: '/v1/tasks' }, ip: '192.0.2.1', headers });
}

async function principalOf(token: string): Promise<Principal> {
  const found = await ask(token);
  if (found instanceof Refusal) throw new Error(found.cause);
  return found;
}

async function refusalOf(token: string): Promise<Refusal> {
  const found = await ask(token);
  if (found instanceof Principal) throw new Error(`let in: ${found.name}`);
  return found;
}

const payloadOf = (token: string): JWTPayload =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as JWTPayload;
const encode = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');

/** A token that the issuer did not make but that its key has signed. */
async function signed(
  change: JWTPayload,
  header: { readonly typ?: string } = { typ: 'at+jwt' },
): Promise<string> {
  const genuine = payloadOf(await issuer.serviceToken('dba-service'));
  return new SignJWT({ ...genuine, ...change })
    .setProtectedHeader({ alg: firstKey.alg, kid: firstKey.kid, ...header })
    .sign(await importJWK(firstKey, firstKey.alg));
}

const seconds = (fromNow: number): number => Math.floor(Date.now() / 1000) + fromNow;

describe('access tokens of a real issuer', () => {
  it('let in a user who logged in, with the scopes of their groups', async () => {
    const alice = await principalOf(await issuer.userToken('alice'));
    expect(alice.name).toBe(`oidc:${new URL(issuer.url).host}:alice`);
    expect(alice.sourcesOf('tasks:raw')).toBe('all');
    expect(alice.mayUse('sources:read')).toBe(false);
  });

  it('let in a service, with its own sources', async () => {
    const dba = await principalOf(await issuer.serviceToken('dba-service'));
    expect(dba.name).toBe(`oidc:${new URL(issuer.url).host}:dba-service`);
    expect(dba.sourcesOf('tasks:read')).toEqual(new Set(['oceanbase']));
    expect(dba.mayUse('tasks:raw')).toBe(false);
  });

  it('join the grants of several groups, each with its own sources', async () => {
    const both = await principalOf(await issuer.serviceToken('both-service'));
    expect([both.sourcesOf('tasks:read'), both.sourcesOf('tasks:raw')]).toEqual(['all', 'all']);
    expect(both.sourcesOf('sources:read')).toEqual(new Set(['oceanbase']));
  });

  it('are forbidden when no grant matches', async () => {
    const { answer, cause } = await refusalOf(await issuer.serviceToken('outside-service'));
    expect([answer.status, cause]).toEqual([403, 'no-grant']);
  });

  it.each(['PS256', 'ES256', 'EdDSA'])('may be signed by %s', async (alg) => {
    issuer.useKey(await newSigningKey(`key-${alg}`, alg));
    await principalOf(await issuer.serviceToken('dba-service'));
  });

  it('may be of the type JWT, in any letters', async () => {
    for (const typ of ['JWT', 'jwt', 'application/at+jwt']) await principalOf(await signed({}, { typ }));
  });

  it('match a claim that is a text', async () => {
    await principalOf(await signed({ groups: 'dba' }));
    expect((await refusalOf(await signed({ groups: 'dba admins' }))).cause).toBe('no-grant');
  });
});

describe('tokens that are not right', () => {
  const cases: readonly (readonly [name: string, make: () => Promise<string>, cause: string])[] = [
    ['for another audience', () => issuer.foreignToken('dba-service'), 'audience'],
    ['expired', () => signed({ exp: seconds(-10) }), 'expired'],
    ['without an end', () => signed({ exp: undefined }), 'claims'],
    ['not valid yet', () => signed({ nbf: seconds(60) }), 'not-yet-valid'],
    ['of another issuer', () => signed({ iss: 'https://login.example.com' }), 'unknown-issuer'],
    ['of an issuer with a slash more', () => signed({ iss: `${issuer.url}/` }), 'unknown-issuer'],
    ['of the type of an identity claim', () => signed({}, { typ: 'id+jwt' }), 'token-type'],
    ['without a type', () => signed({}, {}), 'token-type'],
    [
      'with another payload',
      forged((header, payload, signature) => [header, change(payload), signature]),
      'signature',
    ],
    ['without a signature', forged((header, payload) => [header, payload, '']), 'signature'],
    [
      'with alg none',
      forged((_header, payload) => [encode({ alg: 'none', typ: 'at+jwt' }), payload, '']),
      'algorithm',
    ],
    ['signed by HS256 with the public key', hs256Token, 'algorithm'],
    ['with a foreign key under its own id', foreignKeyToken, 'signature'],
    ['with a key that the issuer does not have', unknownKeyToken, 'unknown-signing-key'],
  ];

  it.each(cases)('%s are refused', async (_name, make, cause) => {
    const refusal = await refusalOf(await make());
    expect(refusal.cause).toBe(cause);
    expect(refusal.answer).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="tributary", error="invalid_token"' },
    });
    expect(events).toMatchObject([{ principal: 'unknown', why: cause }]);
  });

  it('cause no call to an issuer that is not configured, nor to one that is when only the algorithm is wrong', async () => {
    const before = issuer.keyReads;
    await refusalOf(await signed({ iss: 'https://login.example.com' }));
    await refusalOf(await hs256Token());
    expect(issuer.keyReads).toBe(before);
  });

  it('do not live on in memory: one that was good is refused after its end', async () => {
    const token = await signed({ exp: seconds(20) });
    await principalOf(token);
    aheadMs = 19_000;
    await principalOf(token);
    aheadMs = 27_000;
    expect((await refusalOf(token)).cause).toBe('expired');
  });

  it('do not live on in memory when the configuration changes', async () => {
    const token = await issuer.serviceToken('dba-service');
    await principalOf(token);
    access.apply(configOf({ audience: 'another' }));
    expect((await refusalOf(token)).cause).toBe('audience');
  });
});

describe('an issuer that changes its key', () => {
  it('is asked again for a key id that is not known, at most every 30 s', async () => {
    await principalOf(await issuer.serviceToken('dba-service'));
    const before = issuer.keyReads;
    issuer.useKey(await newSigningKey('second'));
    const tokens = await Promise.all([1, 2, 3].map(() => issuer.serviceToken('dba-service')));
    await Promise.all(tokens.map(principalOf));
    for (let turn = 0; turn < 5; turn += 1) await refusalOf(await unknownKeyToken());
    expect(issuer.keyReads).toBe(before + 1);
    aheadMs = 30_000;
    await refusalOf(await unknownKeyToken());
    expect(issuer.keyReads).toBe(before + 2);
  });
});

describe('an issuer that is down', () => {
  it('does not stop tokens whose key is known', async () => {
    await principalOf(await issuer.serviceToken('dba-service'));
    const token = await issuer.serviceToken('both-service');
    issuer.isDown = true;
    aheadMs = 500_000;
    await principalOf(token);
  });

  it('makes other tokens a 503, for nobody can tell whether they are good', async () => {
    const token = await issuer.serviceToken('dba-service');
    issuer.isDown = true;
    expect((await refusalOf(token)).answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(events).toMatchObject(['UNREACHABLE', { why: 'issuer-unavailable', status: 503 }]);
    issuer.isDown = false;
    aheadMs = 5_000;
    await principalOf(token);
  });
});

/** Takes a genuine token apart, and puts other parts together. */
function forged(change: (header: string, payload: string, signature: string) => readonly string[]) {
  return async (): Promise<string> => {
    const [header = '', payload = '', signature = ''] = (await issuer.serviceToken('dba-service')).split('.');
    return change(header, payload, signature).join('.');
  };
}

function change(payload: string): string {
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return encode({ ...claims, groups: ['backup-operators'] });
}

async function hs256Token(): Promise<string> {
  const pem = createPublicKey({ key: { ...firstKey }, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  const claims = encode(payloadOf(await issuer.serviceToken('dba-service')));
  const body = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: firstKey.kid })}.${claims}`;
  return `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
}

function foreignKeyToken(): Promise<string> {
  return tokenByForeignKey(firstKey.kid);
}

function unknownKeyToken(): Promise<string> {
  return tokenByForeignKey('never-published');
}

async function tokenByForeignKey(kid: string): Promise<string> {
  const foreign = await newSigningKey(kid);
  const claims = payloadOf(await issuer.serviceToken('dba-service'));
  return new SignJWT(claims)
    .setProtectedHeader({ alg: foreign.alg, kid, typ: 'at+jwt' })
    .sign(await importJWK(foreign, foreign.alg));
}

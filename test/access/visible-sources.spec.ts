import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WHOLE_COLLECTION } from '@/access/callers.js';
import { VisibleCollection } from '@/access/visible-collection.js';
import type { AuthConfig } from '@/config/config.js';
import type { FeedCollection } from '@/model/collection.js';
import type { Scope } from '@/model/scope.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask, type Answer } from '../support/http.js';
import { authWith, keyOf } from '../support/keys.js';
import type { SentPage } from '../support/tasks.js';
import { AUDIENCE, newSigningKey, TestIssuer } from './test-issuer.js';

/** `all` is also the word for every source. */
const SOURCE_IDS = ['all', 'birch-vault', 'cedar-vault'];

let simulator: Simulator;
let issuer: TestIssuer;
let gateway: RunningGateway;
beforeAll(async () => {
  // The provider warns on the console that it is not set up for production.
  for (const method of ['warn', 'info'] as const) vi.spyOn(console, method).mockReturnValue();
  issuer = await TestIssuer.start(await newSigningKey('key'));
  const fleet = { cbrRows: 5, cssClusters: 0, cceClusters: 0, ocpTenants: 0 };
  simulator = await startSimulator({ life: { rate: 0 }, fleet });
  gateway = await startGateway(simulator, {
    auth: authOf(issuer.url),
    sources: (sources) =>
      sources
        .filter(({ provider }) => provider === 'huawei-cbr')
        .flatMap((source) => SOURCE_IDS.map((id) => ({ ...source, id }))),
  });
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
  await issuer.stop();
});

/** Keys see all sources, or the one called `all`; tokens may show raw records of other sources than they see. */
function authOf(url: string): AuthConfig {
  const keys = [
    { id: 'everything', scopes: ['tasks:read' as const], sources: null },
    { id: 'one-named-all', scopes: ['tasks:read' as const], sources: ['all'] },
  ];
  const grant = (value: string, scope: Scope, ...sources: string[]) => ({
    ...{ claim: 'groups', value },
    ...{ scopes: [scope], sources },
  });
  const grants = [
    grant('dba', 'tasks:read', 'all', 'birch-vault'),
    grant('dba', 'tasks:raw', 'birch-vault', 'cedar-vault'),
    grant('sales', 'tasks:read', 'all'),
    grant('sales', 'tasks:raw', 'cedar-vault'),
  ];
  return authWith(keys, { oidc: [{ issuer: url, audience: AUDIENCE, grants }] });
}

describe('a caller that sees only a source called all', () => {
  it('has another collection than one that sees all sources', () => {
    const whole = gateway.app.get<FeedCollection>(WHOLE_COLLECTION);
    const one = new VisibleCollection(whole, new Set(['all']), new Set());
    expect(one.key).not.toBe(whole.key);
    expect(new VisibleCollection(whole, 'all', new Set()).key).toBe(whole.key);
  });

  it.each([
    ['everything', 'one-named-all'],
    ['one-named-all', 'everything'],
  ])('shares no page token with one that sees everything: from %s to %s', async (owner, other) => {
    const list = async (id: string, token = ''): Promise<Answer> =>
      ask(`${gateway.url}/v1/tasks?pageSize=2${token}`, { 'x-api-key': keyOf(id) });
    const token = `&pageToken=${((await list(owner)).body as SentPage).nextPageToken}`;
    expect((await list(owner, token)).status).toBe(200);
    const { status, body } = await list(other, token);
    expect([status, body]).toMatchObject([400, { type: '/problems/invalid-page-token' }]);
  });
});

describe('a refusal of raw records', () => {
  const get = async (client: string, path: string): Promise<Answer> => {
    const authorization = `Bearer ${await issuer.serviceToken(client)}`;
    return ask(`${gateway.url}/v1/tasks${path}`, { authorization });
  };

  it('names those of the visible sources that the scope is given for, and no other', async () => {
    const { status, body } = await get('dba-service', '?include=raw');
    const detail =
      'The credential has the scope tasks:raw for some of the sources only; add source=birch-vault.';
    expect([status, body]).toMatchObject([403, { type: '/problems/forbidden', detail }]);
    expect((await get('dba-service', '?include=raw&source=birch-vault')).status).toBe(200);
  });

  it('is told in the log', async () => {
    const { status } = await get('dba-service', '/all.some-task?include=raw');
    expect(status).toBe(403);
    const lines = gateway.log.filter((line) =>
      line.includes('"what":"GET /v1/tasks/:id","why":"missing-scope"'),
    );
    expect(lines).toHaveLength(1);
  });

  it('names no source where the scope is given for none of the visible ones', async () => {
    const detail = 'This needs the scope tasks:raw, which the credential does not have.';
    for (const [client, query] of [
      ['outside-service', '?include=raw'],
      ['dba-service', '?include=raw&source=all'],
    ] as const) {
      const { status, body } = await get(client, query);
      expect([status, body]).toMatchObject([403, { type: '/problems/forbidden', detail }]);
    }
  });
});

import { importJWK, SignJWT } from 'jose';
import fc from 'fast-check';
import type { AuthConfig } from '@/config/config.js';
import { SCOPES, type Grant, type Scope } from '@/model/scope.js';
import { authWith, keyOf } from '../../support/keys.js';
import { AUDIENCE, type SigningKey, type TestIssuer } from '../test-issuer.js';
import { SOURCE_IDS, type SourceId } from './sources.js';

/** The sources that a principal may use each scope for; a scope that it lacks is absent. */
export type SourcesByScope = Readonly<Partial<Record<Scope, readonly SourceId[]>>>;

/** Who asks, and what they are allowed. */
export interface TestPrincipal {
  readonly name: string;
  /** Its credential. */
  readonly headers: Readonly<Record<string, string>>;
  readonly sources: SourcesByScope;
}

const EVERY: readonly SourceId[] = SOURCE_IDS;
const ANONYMOUS: readonly SourceId[] = ['birch-vault', 'cedar-kube'];

/** A key has all its scopes for the same sources; null: for all. */
const KEYS: readonly (Grant & { readonly id: string; readonly sources: readonly SourceId[] | null })[] = [
  { id: 'everything', scopes: ['tasks:read', 'tasks:raw', 'sources:read'], sources: null },
  { id: 'everything-by-name', scopes: ['tasks:read', 'sources:read'], sources: EVERY },
  { id: 'one', scopes: ['tasks:read', 'tasks:raw', 'sources:refresh'], sources: ['amber-logs'] },
  { id: 'one-named-all', scopes: ['tasks:read', 'sources:read'], sources: ['all'] },
  { id: 'failing', scopes: ['tasks:read', 'sources:read', 'sources:refresh'], sources: ['ember-logs'] },
  { id: 'forcing', scopes: ['tasks:read', 'sources:refresh'], sources: ['amber-logs', 'birch-vault'] },
  { id: 'no-tasks', scopes: ['sources:read'], sources: ['cedar-kube'] },
];

/** Each token has each scope for sources of its own: the first ones as said here, the others by chance. */
const CHOSEN: readonly SourcesByScope[] = [
  {
    'tasks:read': EVERY,
    'tasks:raw': ['amber-logs', 'cedar-kube'],
    'sources:read': ['birch-vault'],
    'sources:refresh': ['amber-logs', 'birch-vault'],
  },
  {
    'tasks:read': ['cedar-kube', 'ember-logs'],
    'tasks:raw': ['amber-logs', 'cedar-kube'],
    'sources:read': EVERY,
  },
  { 'tasks:read': ['delta-ocean', 'fjord-vault', 'all'], 'tasks:raw': ['birch-vault'] },
];

const someOf = (ids: readonly SourceId[]): fc.Arbitrary<SourceId[]> =>
  fc.subarray([...ids], { minLength: 1 });

const BY_CHANCE: fc.Arbitrary<SourcesByScope> = fc.record(
  {
    'tasks:read': someOf(EVERY),
    'tasks:raw': someOf(EVERY),
    'sources:read': someOf(EVERY),
    'sources:refresh': someOf(EVERY),
  },
  { requiredKeys: ['tasks:read'] },
);

/** The principals of a run, and the access control that knows them. */
export async function makePrincipals(
  issuer: TestIssuer,
  key: SigningKey,
  seed: number,
): Promise<{ readonly auth: AuthConfig; readonly principals: readonly TestPrincipal[] }> {
  const byToken = [...CHOSEN, ...fc.sample(BY_CHANCE, { seed, numRuns: 4 })];
  const tokens = await Promise.all(
    byToken.map(async (sources, index): Promise<TestPrincipal> => {
      const token = await signToken(issuer, key, `group-${index}`);
      return { name: `group-${index}`, headers: { authorization: `Bearer ${token}` }, sources };
    }),
  );
  const keys = KEYS.map(({ id, scopes, sources }): TestPrincipal => {
    const allowed = Object.fromEntries(scopes.map((scope) => [scope, sources ?? EVERY]));
    return { name: id, headers: { 'x-api-key': keyOf(id) }, sources: allowed };
  });
  const anonymous = { name: 'anonymous', headers: {}, sources: { 'tasks:read': ANONYMOUS } };
  const grants = tokens.flatMap(({ name, sources }) => grantsOf(name, sources));
  const oidc = [{ issuer: issuer.url, audience: AUDIENCE, grants }];
  const auth = authWith(KEYS, { oidc, anonymous: { scopes: ['tasks:read'], sources: ANONYMOUS } });
  return { auth, principals: [...keys, ...tokens, anonymous] };
}

function grantsOf(group: string, sources: SourcesByScope): AuthConfig['oidc'][number]['grants'] {
  return SCOPES.filter((scope) => sources[scope] !== undefined).map((scope) => ({
    claim: 'groups',
    value: group,
    scopes: [scope],
    sources: sources[scope] ?? [],
  }));
}

/** The clock of the gateways stands still, years away: the token is good for long. */
async function signToken(issuer: TestIssuer, key: SigningKey, group: string): Promise<string> {
  return new SignJWT({ groups: [group] })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt' })
    .setIssuer(issuer.url)
    .setAudience(AUDIENCE)
    .setSubject(group)
    .setExpirationTime('100 years')
    .sign(await importJWK(key, key.alg));
}

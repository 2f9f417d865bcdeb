import type { CredentialType, ProviderSettings } from '@/model/source.js';
import { httpUrl } from './addresses.js';
import { WHICH_CLUSTERS } from './cluster-keys.js';
import { anyCredentialTypes, credentials, narrowed } from './credential-keys.js';
import { EGRESS_KEYS } from './egress-keys.js';
import { notTaken, optional, required, withDefault } from './section.js';
import type { Keys, ValuesOf } from './section.js';
import type { Shape } from './shape.js';
import { duration, integer, rate, text, trueOrFalse, word } from './values.js';
import { variants } from './variants.js';

/** The durations that the top level sets and a source may override. */
export const freshFor = duration({ max: '7d' });
export const keepFor = duration({ max: '365d' });
export const minRefreshInterval = duration({ max: '1h' });
export const window = duration({ max: '3650d' });

/** A name that a cloud gave. */
function cloudName(noun: string): Shape<string> {
  return text({
    allowed: `${noun} of 1 to 64 letters, digits, - and _`,
    pattern: /^[A-Za-z0-9_-]{1,64}$/,
  });
}

const PROJECT_ID = cloudName('a project id');

const TUNING = {
  timeout: withDefault(duration({ max: '10m' }), '10s', {
    description: 'The longest time that one upstream call may take.',
  }),
  concurrency: withDefault(integer({ min: 1, max: 64 }), 4, {
    description: 'The maximum number of upstream calls at the same time.',
  }),
  rate: optional(rate(), {
    description: 'The maximum number of upstream calls in a period. Default: no limit.',
    example: '200/5m',
  }),
  maxTasksPerFeed: withDefault(integer({ min: 1, max: 1_000_000 }), 100_000, {
    description:
      'The maximum number of tasks that are read from one feed. A feed that has more is reported as `TRUNCATED`.',
  }),
  freshFor: optional(freshFor, {
    description: 'Overrides `cache.freshFor` for this source.',
    example: '1m',
  }),
  keepFor: optional(keepFor, {
    description: 'Overrides `cache.keepFor` for this source.',
    example: '12h',
  }),
  minRefreshInterval: optional(minRefreshInterval, {
    description: 'Overrides `cache.minRefreshInterval` for this source.',
    example: '10s',
  }),
  keepWarm: withDefault(trueOrFalse(), false, {
    description: '`true`: the feeds are refreshed all the time. `false`: only while they are in use.',
  }),
  window: optional(window, {
    description: 'Overrides the top-level `window` for this source.',
    example: '7d',
  }),
} as const satisfies Keys;

/** The keys of a source of any provider. */
function generalKeys(providers: readonly ProviderSettings[]) {
  const ids = providers.map(({ id }) => id);
  return {
    id: required(
      text({
        allowed: 'a lower-case letter, then up to 62 lower-case letters, digits and -',
        pattern: /^[a-z][a-z0-9-]{0,62}$/,
      }),
      { description: 'The unique name of the source. It is part of every task id.', example: 'search-logs' },
    ),
    provider: required(word(ids), { description: 'The kind of upstream system.', example: ids[0] }),
    endpoint: required(httpUrl(), {
      description: 'The base URL of the API, with a path prefix if there is one.',
      example: 'https://css.eu-west-101.myhuaweicloud.com',
    }),
    region: optional(cloudName('a region'), {
      description: 'The region, as tasks show it.',
      example: 'eu-west-101',
    }),
    projectId: optional(PROJECT_ID, {
      description: 'The project whose tasks are read.',
      example: '04f1829c788037ac2fb8c01eb2b04b95',
    }),
    ...WHICH_CLUSTERS,
    credentials: required(credentials(anyCredentialTypes(providers)), {
      description: 'How the gateway authenticates to the upstream.',
    }),
    enterpriseProjectId: withDefault(cloudName('an enterprise project id'), 'all_granted_eps', {
      description:
        'The enterprise project whose tasks are read. `all_granted_eps`: every project that the user may access.',
    }),
    inventory: withDefault(trueOrFalse(), false, {
      description:
        '`true`: the resources that the upstream lists (members of CBR vaults, tenants of OCP clusters) are read as well, so that those that were never backed up are known. Only `/v1/resources` and `/v1/protection` read them.',
    }),
    ...EGRESS_KEYS,
    ...TUNING,
  };
}

export type SourceKeys = ReturnType<typeof generalKeys>;

/** The keys that sources of any provider may have. */
export function anySourceKeys(providers: readonly ProviderSettings[]): SourceKeys {
  return generalKeys(providers);
}

/** The keys that a source of one provider may have. */
function sourceKeys(
  settings: ProviderSettings,
  any: SourceKeys,
  types: readonly CredentialType[],
): SourceKeys {
  const { needsProjectId, hasClusters, hasWindow, hasEnterpriseProject, hasInventory } = settings;
  return {
    ...any,
    // Nullable like the optional key, so that the sources of all providers have one type.
    projectId: needsProjectId ? required<string | null>(PROJECT_ID, any.projectId) : any.projectId,
    clusters: hasClusters ? any.clusters : notTaken(any.clusters),
    discovery: hasClusters ? any.discovery : notTaken(any.discovery),
    window: hasWindow ? any.window : notTaken(any.window),
    enterpriseProjectId: hasEnterpriseProject ? any.enterpriseProjectId : notTaken(any.enterpriseProjectId),
    inventory: hasInventory ? any.inventory : notTaken(any.inventory),
    credentials: required(narrowed(settings.credentials, types), any.credentials),
  };
}

/** One source: which keys it takes depends on its provider. */
export function source(providers: readonly ProviderSettings[]): Shape<ValuesOf<SourceKeys>> {
  const any = anySourceKeys(providers);
  const types = anyCredentialTypes(providers);
  const tables = Object.fromEntries(providers.map((each) => [each.id, sourceKeys(each, any, types)]));
  return variants({ name: nameSource, by: 'provider', tables, fallback: any });
}

function nameSource(provider?: string): string {
  return provider === undefined ? 'a source' : `a source of ${provider}`;
}

import type { CredentialType, ProviderSettings } from '@/model/source.js';
import { API_KEY_KEYS, AUTH_KEYS, CLAIM_GRANT_KEYS, GRANT_KEYS, OIDC_KEYS } from './auth-keys.js';
import { CLUSTER_KEYS, DISCOVERY_KEYS } from './cluster-keys.js';
import { credentialKeys } from './credential-keys.js';
import {
  EXCLUSION_KEYS,
  EXPECTATION_KEYS,
  MAINTENANCE_KEYS,
  MATCH_KEYS,
  RESOURCE_KEYS,
} from './protection-keys.js';
import { REDIS_KEYS } from './redis-keys.js';
import { CACHE_KEYS, LIMITS_KEYS, LOG_KEYS, METRICS_KEYS, SERVER_KEYS, rootKeys } from './root-keys.js';
import type { Key, Keys } from './section.js';
import { CORS_KEYS, TLS_KEYS } from './serving-keys.js';
import { anySourceKeys } from './source-keys.js';

/** Every key in Markdown: meaning, allowed values, default, example. Made from the key tables of the check. */
export function keyReference(providers: readonly ProviderSettings[]): string {
  const parts = [
    chapter('Top level', '', rootKeys(providers)),
    chapter('server', 'server.', SERVER_KEYS),
    chapter('server.tls', 'server.tls.', TLS_KEYS),
    chapter('server.cors', 'server.cors.', CORS_KEYS),
    chapter('cache', 'cache.', CACHE_KEYS),
    chapter('cache.redis', 'cache.redis.', REDIS_KEYS),
    chapter('log', 'log.', LOG_KEYS),
    chapter('limits', 'limits.', LIMITS_KEYS),
    chapter('metrics', 'metrics.', METRICS_KEYS),
    chapter('auth', 'auth.', AUTH_KEYS),
    chapter('auth.apiKeys', 'auth.apiKeys[].', API_KEY_KEYS),
    chapter('auth.oidc', 'auth.oidc[].', OIDC_KEYS),
    chapter('auth.oidc grants', 'auth.oidc[].grants[].', CLAIM_GRANT_KEYS),
    chapter('auth.anonymous', 'auth.anonymous.', GRANT_KEYS),
    chapter('sources', 'sources[].', anySourceKeys(providers)),
    `## What each provider takes\n\n${providers.map(describeProvider).join('\n')}`,
    chapter('clusters', 'sources[].clusters[].', CLUSTER_KEYS),
    chapter('discovery', 'sources[].discovery.', DISCOVERY_KEYS),
    ...credentialChapters(providers),
    chapter('expectations', 'expectations[].', EXPECTATION_KEYS),
    chapter('match', 'expectations[].match.', MATCH_KEYS),
    chapter('resources', 'resources[].', RESOURCE_KEYS),
    chapter('exclusions', 'exclusions[].', EXCLUSION_KEYS),
    chapter('maintenance', 'maintenance[].', MAINTENANCE_KEYS),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** One chapter for each type of credentials, which names the providers that take it. */
function credentialChapters(providers: readonly ProviderSettings[]): string[] {
  const types = new Set(providers.flatMap(({ credentials }) => credentials));
  return [...types].map((type) => {
    const ids = providers.filter(({ credentials }) => credentials.includes(type)).map(({ id }) => id);
    const title = `${type.type} credentials of ${ids.join(', ')}`;
    return chapter(title, 'sources[].credentials.', credentialKeys(type));
  });
}

function chapter(title: string, prefix: string, keys: Keys): string {
  const entries = Object.entries(keys).map(([name, key]) => describeKey(prefix + name, key));
  return [`## ${title}`, ...entries].join('\n\n');
}

function describeKey(path: string, key: Key<unknown>): string {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const lines = [
    `- Allowed: ${escape(key.allowed)}`,
    ...describeDefault(key),
    ...(key.example === undefined ? [] : [`- Example: \`${name}: ${write(key.example)}\``]),
  ];
  return `### \`${path}\`\n\n${escape(key.description)}\n\n${lines.join('\n')}`;
}

/** No line where the description says in words what happens without the key. */
function describeDefault(key: Key<unknown>): string[] {
  if (key.description.includes('Default: ')) return [];
  return [`- Default: ${nameDefault(key)}`];
}

function nameDefault(key: Key<unknown>): string {
  if (key.required) return 'none, the key is required';
  if (key.default === undefined) return 'none, the key is optional';
  return typeof key.default === 'object' ? 'the defaults of its keys' : `\`${write(key.default)}\``;
}

/** As the file would spell it: JSON is YAML, and only placeholders and syntax need quotes. */
function write(value: unknown): string {
  return typeof value === 'string' && /^[\w./:-]+$/.test(value) ? value : JSON.stringify(value);
}

/** Escapes the marks of Markdown, but not within code. */
function escape(text: string): string {
  return text.replace(/`[^`]*`|[_*<]/g, (mark) => (mark.length > 1 ? mark : `\\${mark}`));
}

function describeProvider(settings: ProviderSettings): string {
  const { id, credentials, needsProjectId, hasClusters, hasWindow, hasEnterpriseProject, hasInventory } =
    settings;
  const keys = [
    ...(hasClusters ? ['`clusters`', '`discovery`'] : []),
    ...(hasWindow ? ['`window`'] : []),
    ...(hasEnterpriseProject ? ['`enterpriseProjectId`'] : []),
    ...(hasInventory ? ['`inventory`'] : []),
  ];
  const project = needsProjectId ? '`projectId` is required' : '`projectId` is optional';
  return `- \`${id}\`: keys ${keys.join(', ')}; ${project}; credentials ${listTypes(credentials)}.`;
}

function listTypes(types: readonly CredentialType[]): string {
  return types.map(({ type }) => `\`${type}\``).join(', ');
}

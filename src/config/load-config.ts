import { dirname, resolve } from 'node:path';
import type { ProviderSettings, SourceConfig } from '@/model/source.js';
import { isLoopback, LOOPBACK_NAMES } from './addresses.js';
import type { AuthConfig, Config } from './config.js';
import { START_OF_FILE, ProblemLog } from './problem-log.js';
import type { Spot } from './problem-log.js';
import { readTextFile } from './read-text-file.js';
import { rootKeys } from './root-keys.js';
import type { RootKeys } from './root-keys.js';
import { checkRules, checkTls } from './rules.js';
import { section } from './section.js';
import type { ValuesOf } from './section.js';
import { Substitution } from './substitution.js';
import type { Environment } from './substitution.js';
import { parseYaml } from './yaml-tree.js';

export interface ConfigOrigin {
  /** The YAML file. Problems show its name as given here. */
  readonly file: string;
  readonly env: Environment;
  /** What each known provider requires. */
  readonly providers: readonly ProviderSettings[];
}

/** Reads, checks and freezes the configuration. Throws ConfigError with every problem found, and nothing else. */
export function loadConfig({ file, env, providers }: ConfigOrigin): Config {
  const problems = new ProblemLog(file);
  const values = readValues({ file, env, providers }, problems);
  if (values === null || !problems.isEmpty) throw problems.toError();
  return freezeDeep(toConfig(values, dirname(file)));
}

function readValues({ file, env, providers }: ConfigOrigin, problems: ProblemLog): Sure<RootValues> | null {
  const text = readText(file, problems);
  if (text === null) return null;
  const root = parseYaml(text, new Substitution(env, dirname(file)), problems);
  if (root === null) return null;
  const values = section('a map', rootKeys(providers)).read(root, problems);
  if (values !== undefined) {
    checkRules(values, root, problems);
    checkTls(values, root, { folder: dirname(file), problems });
  }
  // Each undefined value has a problem, and when there is a problem no value is used.
  return problems.isEmpty ? (values as Sure<RootValues>) : null;
}

function readText(file: string, problems: ProblemLog): string | null {
  const read = readTextFile(file);
  if (read.outcome === 'read') return read.text;
  const detail = `the file ${read.fault}; name a readable YAML file in UTF-8`;
  if (read.readable === null) problems.noteFile(detail);
  else problems.note(spotAfter(read.readable), detail);
  return null;
}

function spotAfter(text: string): Spot {
  const lines = text.split('\n');
  return { ...START_OF_FILE, place: { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 } };
}

type RootValues = ValuesOf<RootKeys>;

/** Values without a problem: none of them is undefined. */
type Sure<T> = T extends object ? { readonly [N in keyof T]: Sure<Exclude<T[N], undefined>> } : T;

function toConfig(values: Sure<RootValues>, folder: string): Config {
  const { cache, window, log, limits, auth, sources } = values;
  return {
    server: toServerConfig(values, folder),
    cache: {
      redis: cache.redis,
      prefix: cache.prefix,
      freshForMs: cache.freshFor,
      keepForMs: cache.keepFor,
    },
    windowMs: window,
    log,
    limits: { bodyMemoryBytes: limits.bodyMemory },
    auth: toAuthConfig(auth),
    sources: sources.map((source) => toSourceConfig(source, { ...cache, window })),
  };
}

function toAuthConfig(auth: Sure<RootValues>['auth']): AuthConfig | 'none' | null {
  if (auth === null || auth === 'none') return auth;
  return { ...auth, apiKeys: auth.apiKeys ?? [], oidc: auth.oidc ?? [] };
}

/** Relative paths start from the folder of the configuration file. */
function toServerConfig({ server, auth }: Sure<RootValues>, folder: string): Config['server'] {
  const { deadline, shutdownTimeout, basePath, trustProxy, allowedHosts, tls, cors, ...listening } = server;
  const isPrivate = auth === null && isLoopback(server.host);
  return {
    ...listening,
    deadlineMs: deadline,
    shutdownTimeoutMs: shutdownTimeout,
    basePath: basePath ?? '',
    trustProxy: trustProxy ?? [],
    allowedHosts:
      allowedHosts ?? (isPrivate ? [...new Set([...LOOPBACK_NAMES, server.host.toLowerCase()])] : null),
    tls: tls === null ? null : { cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) },
    corsOrigins: cors?.origins ?? [],
  };
}

type Inherited = Sure<RootValues>['cache'] & Pick<Sure<RootValues>, 'window'>;

function toSourceConfig(values: Sure<RootValues>['sources'][number], inherited: Inherited): SourceConfig {
  const { timeout, freshFor, keepFor, minRefreshInterval, window, discovery, ...source } = values;
  return {
    ...source,
    discovery: { ...discovery, exclude: discovery.exclude ?? [] },
    timeoutMs: timeout,
    freshForMs: freshFor ?? inherited.freshFor,
    keepForMs: keepFor ?? inherited.keepFor,
    minRefreshMs: minRefreshInterval ?? inherited.minRefreshInterval,
    windowMs: window ?? inherited.window,
  };
}

function freezeDeep<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) freezeDeep(child);
  }
  return value;
}

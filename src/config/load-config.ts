import { dirname, resolve } from 'node:path';
import { SYSTEM_CLOCK } from '@/model/clock.js';
import { DIRECT, type Egress } from '@/model/egress.js';
import type { ProviderSettings, SourceConfig } from '@/model/source.js';
import { isLoopback, LOOPBACK_NAMES } from './addresses.js';
import type { AuthConfig, Config, ConfigWarning } from './config.js';
import { EgressReader } from './egress.js';
import { START_OF_FILE, ProblemLog } from './problem-log.js';
import type { Spot } from './problem-log.js';
import { checkProtection } from './protection-rules.js';
import { readTextFile } from './read-text-file.js';
import { rootKeys } from './root-keys.js';
import type { RootKeys } from './root-keys.js';
import { checkRules, checkTls } from './rules.js';
import { section } from './section.js';
import type { Sure, ValuesOf } from './section.js';
import { Substitution } from './substitution.js';
import type { Environment } from './substitution.js';
import { toProtection } from './to-protection.js';
import { childOf, parseYaml } from './yaml-tree.js';
import type { YamlNode } from './yaml-tree.js';

export interface ConfigOrigin {
  /** The YAML file. Problems show its name as given here. */
  readonly file: string;
  readonly env: Environment;
  /** What each known provider requires. */
  readonly providers: readonly ProviderSettings[];
  /** Called with the path of each file that the configuration is made from, before it is read. */
  readonly onFile?: (path: string) => void;
}

/** Reads, checks and freezes the configuration. Throws ConfigError with every problem found, and nothing else. */
export function loadConfig(origin: ConfigOrigin): Config {
  const { file } = origin;
  const problems = new ProblemLog(file);
  const checked = readChecked(origin, problems);
  if (checked === null || !problems.isEmpty) throw problems.toError();
  return freezeDeep(toConfig(checked, dirname(file)));
}

/** Everything that the configuration is made from, without a problem. */
interface Checked {
  readonly values: Sure<RootValues>;
  /** One for each source. */
  readonly egresses: readonly Egress[];
  readonly warnings: readonly ConfigWarning[];
}

function readChecked(origin: ConfigOrigin, problems: ProblemLog): Checked | null {
  const { file, env, providers, onFile = () => undefined } = origin;
  onFile(resolve(file));
  const text = readText(file, problems);
  if (text === null) return null;
  const root = parseYaml(text, new Substitution(env, dirname(file), onFile), problems);
  if (root === null) return null;
  const values = section('a map', rootKeys(providers)).read(root, problems);
  if (values === undefined) return null;
  checkRules(values, root, problems);
  checkProtection(values, root, { providers, problems });
  checkTls(values, root, { folder: dirname(file), problems });
  const { proxy } = values;
  const reader = new EgressReader({
    env,
    folder: dirname(file),
    proxy,
    nowMs: SYSTEM_CLOCK.wallMs(),
    problems,
    onFile,
  });
  const egresses = readEgresses(values, root, reader);
  // Each undefined value has a problem, and when there is a problem no value is used.
  return problems.isEmpty
    ? { values: values as Sure<RootValues>, egresses, warnings: reader.warnings }
    : null;
}

function readEgresses({ sources = [] }: RootValues, root: YamlNode, reader: EgressReader): Egress[] {
  const nodes = childOf(root, 'sources');
  return sources.map((source, index) => {
    const node = nodes?.kind === 'list' ? nodes.items[index] : undefined;
    return source === undefined || node === undefined ? DIRECT : reader.read(source, node);
  });
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

function toConfig({ values, egresses, warnings }: Checked, folder: string): Config {
  const { cache, window, log, limits, metrics, auth, sources } = values;
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
    metrics,
    auth: toAuthConfig(auth),
    sources: sources.map((source, index) => ({
      ...toSourceConfig(source, { ...cache, window }),
      egress: egresses[index] ?? DIRECT,
    })),
    protection: toProtection(values),
    warnings,
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

type SourceValues = Sure<RootValues>['sources'][number];

function toSourceConfig(
  { proxy: _proxy, ca: _ca, clientCertificate: _certificate, clientKey: _key, ...values }: SourceValues,
  inherited: Inherited,
): Omit<SourceConfig, 'egress'> {
  const { timeout, freshFor, keepFor, minRefreshInterval, window, discovery, inventory, ...source } = values;
  return {
    ...source,
    discovery: { ...discovery, exclude: discovery.exclude ?? [] },
    hasInventory: inventory,
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

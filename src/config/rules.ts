import { isLoopback } from './addresses.js';
import { checkAuth } from './auth-rules.js';
import type { ProblemLog } from './problem-log.js';
import type { RootKeys } from './root-keys.js';
import type { ValuesOf } from './section.js';
import { checkTlsFiles } from './tls-rules.js';
import { childOf, nodeAt } from './yaml-tree.js';
import type { YamlNode } from './yaml-tree.js';

type RootValues = ValuesOf<RootKeys>;

/** The rules between keys. Values with a problem already noted are skipped. */
export function checkRules(values: RootValues, root: YamlNode, problems: ProblemLog): void {
  checkListening(values, root, problems);
  checkAuth(values, root, problems);
  checkAges(values, root, problems);
  checkDiscovery(values, root, problems);
}

/** Discovery has no effect on a source whose clusters are named. */
function checkDiscovery({ sources = [] }: RootValues, root: YamlNode, problems: ProblemLog): void {
  for (const [index, source] of sources.entries()) {
    const discovery = nodeAt(root, 'sources', index, 'discovery');
    if (discovery === undefined || source?.clusters === null || source?.clusters === undefined) continue;
    problems.note(
      discovery,
      'clusters and discovery exclude each other; use clusters to name them, or discovery to find them',
    );
  }
}

/** Without access control, only this machine may reach the gateway, unless the file says otherwise. */
function checkListening({ server, auth }: RootValues, root: YamlNode, problems: ProblemLog): void {
  if (server?.host === undefined || isLoopback(server.host) || auth !== null) return;
  const host = nodeAt(root, 'server', 'host') ?? root;
  const shown = host.kind === 'scalar' && host.substituted ? '(hidden)' : JSON.stringify(server.host);
  problems.note(
    host,
    `${shown} needs a top-level auth: say who may send requests (auth.apiKeys, auth.oidc or auth.anonymous), or set "auth: none" to let in everyone who can reach the server, or use 127.0.0.0/8, ::1 or localhost`,
  );
}

/** A certificate that cannot be served is told before anything starts. */
export function checkTls(
  { server }: RootValues,
  root: YamlNode,
  options: { readonly folder: string; readonly problems: ProblemLog },
): void {
  const { cert, key } = server?.tls ?? {};
  const node = nodeAt(root, 'server', 'tls');
  if (cert === undefined || key === undefined || node === undefined) return;
  const spots = { cert: childOf(node, 'cert') ?? node, key: childOf(node, 'key') ?? node };
  checkTlsFiles({ cert, key }, spots, options);
}

interface Ages {
  readonly freshFor: number | undefined;
  readonly keepFor: number | undefined;
}

function checkAges({ cache, sources = [] }: RootValues, root: YamlNode, problems: ProblemLog): void {
  if (cache === undefined) return;
  noteSwappedAges(cache, nodeAt(root, 'cache'), problems);
  for (const [index, source] of sources.entries()) {
    // A source that overrides neither age has those of the cache, which are checked above.
    if (source === undefined || (source.freshFor === null && source.keepFor === null)) continue;
    const ages = {
      freshFor: source.freshFor === null ? cache.freshFor : source.freshFor,
      keepFor: source.keepFor === null ? cache.keepFor : source.keepFor,
    };
    noteSwappedAges(ages, nodeAt(root, 'sources', index), problems);
  }
}

function noteSwappedAges(
  { freshFor, keepFor }: Ages,
  holder: YamlNode | undefined,
  problems: ProblemLog,
): void {
  if (holder === undefined || freshFor === undefined || keepFor === undefined || keepFor >= freshFor) return;
  problems.note(
    childOf(holder, 'keepFor') ?? childOf(holder, 'freshFor') ?? holder,
    'keepFor is shorter than freshFor; make it at least as long',
  );
}

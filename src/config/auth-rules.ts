import { isDeepStrictEqual } from 'node:util';
import type { ProblemLog } from './problem-log.js';
import type { RootKeys } from './root-keys.js';
import type { ValuesOf } from './section.js';
import { suggest } from './suggest.js';
import { childOf, nodeAt } from './yaml-tree.js';
import type { YamlNode } from './yaml-tree.js';

type RootValues = ValuesOf<RootKeys>;

/** The rules between the keys of `auth`, and that the sources it names are configured. */
export function checkAuth({ auth, sources = [] }: RootValues, root: YamlNode, problems: ProblemLog): void {
  if (auth === undefined || auth === null || auth === 'none') return;
  const node = nodeAt(root, 'auth');
  const [keys, issuers] = [itemsOf(node, 'apiKeys'), itemsOf(node, 'oidc')];
  const grants = issuers.map((issuer) => itemsOf(issuer, 'grants'));
  noteRepeated(keys, 'hash', { problems, advice: 'give each key a hash of its own' });
  noteRepeated(issuers, 'issuer', { problems, advice: 'put all grants of an issuer into one entry' });
  for (const each of grants) noteRepeatedGrants(each, problems);
  const ids = sources.flatMap((source) => source?.id ?? []);
  // While a source has a problem, its id may be one of those that seem to be missing.
  if (ids.length === 0 || ids.length !== sources.length) return;
  for (const grant of [...keys, ...grants.flat(), nodeAt(root, 'auth', 'anonymous')])
    noteUnknownSources(itemsOf(grant, 'sources'), ids, problems);
}

function itemsOf(holder: YamlNode | undefined, key: string): readonly YamlNode[] {
  const list = holder === undefined ? undefined : childOf(holder, key);
  return list?.kind === 'list' ? list.items : [];
}

interface Advice {
  readonly problems: ProblemLog;
  readonly advice: string;
}

/** Notes each item whose value of a key is that of an item before it. The value itself is not shown. */
function noteRepeated(items: readonly YamlNode[], key: string, { problems, advice }: Advice): void {
  const seen = new Map<unknown, string>();
  for (const item of items) {
    const node = childOf(item, key);
    if (node?.kind !== 'scalar' || node.value === null) continue;
    const first = seen.get(node.value);
    if (first === undefined) seen.set(node.value, node.path);
    else problems.note(node, `the same as ${first}; ${advice}`);
  }
}

function noteRepeatedGrants(grants: readonly YamlNode[], problems: ProblemLog): void {
  const plain = grants.map(plainOf);
  for (const [index, grant] of grants.entries()) {
    const first = plain.findIndex((each) => isDeepStrictEqual(each, plain[index]));
    if (first < index)
      problems.note(grant, `the same as ${grants[first]?.path ?? ''}; remove one of the two`);
  }
}

/** The values of a node without their spots; lists and maps in alphabetical order. */
function plainOf(node: YamlNode): unknown {
  if (node.kind === 'list') return node.items.map(plainOf).map(String).toSorted();
  if (node.kind === 'map')
    return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
  return node.kind === 'scalar' ? node.value : null;
}

/** Notes each text that is not the id of a configured source. */
export function noteUnknownSources(
  named: readonly YamlNode[],
  ids: readonly string[],
  problems: ProblemLog,
): void {
  for (const node of named) {
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || ids.includes(node.value)) continue;
    const guess = suggest(node.value, ids);
    const shown = node.substituted || node.multiline ? '(hidden)' : JSON.stringify(node.value);
    problems.note(
      node,
      `${shown} is not a configured source; use one of ${ids.join(', ')}${guess === null ? '' : `; did you mean ${guess}?`}`,
    );
  }
}

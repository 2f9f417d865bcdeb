import { fits, isWildcard } from '@/model/pattern.js';
import type { ProviderSettings } from '@/model/source.js';
import { noteUnknownSources } from './auth-rules.js';
import type { ProblemLog } from './problem-log.js';
import type { RootKeys } from './root-keys.js';
import type { ValuesOf } from './section.js';
import { childOf, nodeAt } from './yaml-tree.js';
import type { YamlNode } from './yaml-tree.js';

type RootValues = ValuesOf<RootKeys>;
type ExpectationValues = NonNullable<NonNullable<RootValues['expectations']>[number]>;

/** What the rules need to know of a source; undefined where a problem with it has been noted. */
interface SourceAges {
  readonly id: string;
  readonly freshForMs: number | undefined;
  /** null: its feeds are read whole. */
  readonly windowMs: number | null | undefined;
}

interface Options {
  readonly providers: readonly ProviderSettings[];
  readonly problems: ProblemLog;
}

/** The rules between the keys that say what should run, and that the sources they name are configured. */
export function checkProtection(values: RootValues, root: YamlNode, { providers, problems }: Options): void {
  const sources = agesOf(values, providers);
  for (const [index, expectation] of (values.expectations ?? []).entries()) {
    const node = nodeAt(root, 'expectations', index);
    if (node === undefined || expectation === undefined) continue;
    checkRhythm(expectation, node, problems);
    checkContinuous(expectation, node, problems);
    const matching = sources.filter(({ id }) => mayMatch(node, id));
    checkWindow(expectation, node, { matching, problems });
    checkMaxBlind(expectation, node, { matching, problems });
  }
  checkResources(values, root, problems);
  checkMaintenance(values, root, problems);
  checkSources(values, root, problems);
}

function agesOf(
  { sources = [], cache, window }: RootValues,
  providers: readonly ProviderSettings[],
): SourceAges[] {
  return sources.flatMap((source) => {
    if (source?.id === undefined) return [];
    const hasWindow = providers.some(({ id, hasWindow: has }) => id === source.provider && has);
    return {
      id: source.id,
      freshForMs: source.freshFor === null ? cache?.freshFor : source.freshFor,
      windowMs: hasWindow ? (source.window === null ? window : source.window) : null,
    };
  });
}

const RHYTHMS = ['every', 'schedule', 'lagBelow'] as const;

function checkRhythm(expectation: ExpectationValues, node: YamlNode, problems: ProblemLog): void {
  const given = RHYTHMS.filter((key) => expectation[key] !== null);
  if (given.length === 0)
    problems.note(node, 'nothing says when a run is due; add one of every, schedule and lagBelow');
  if (given.length > 1) problems.note(node, `${given.join(' and ')} exclude each other; keep one of them`);
  if (expectation.schedule === null && expectation.timeZone !== null)
    problems.note(childOf(node, 'timeZone') ?? node, 'only a schedule has a time zone; remove it');
}

const NOT_CONTINUOUS = ['grace', 'failuresInARow', 'maxDuration'] as const;

/** What has no effect on a continuous log backup would promise a check that nobody makes. */
function checkContinuous(expectation: ExpectationValues, node: YamlNode, problems: ProblemLog): void {
  if (expectation.lagBelow === null) return;
  for (const key of NOT_CONTINUOUS) {
    if (expectation[key] !== null)
      problems.note(childOf(node, key) ?? node, 'it has no effect with lagBelow; remove it');
  }
  if (expectation.taskTypes?.some((type) => type !== undefined && type !== 'CONTINUOUS_LOG_BACKUP'))
    problems.note(
      childOf(node, 'taskTypes') ?? node,
      'with lagBelow, only CONTINUOUS_LOG_BACKUP counts; remove taskTypes, or use every or schedule',
    );
}

interface Matching {
  readonly matching: readonly SourceAges[];
  readonly problems: ProblemLog;
}

const DAY_MS = 86_400_000;

/** The run before the one that is late must still be in the window, or nothing could be proved. */
function checkWindow(
  { every, grace }: ExpectationValues,
  node: YamlNode,
  { matching, problems }: Matching,
): void {
  // A resource of a feed that is read by window has no cluster.
  if (typeof every !== 'number' || grace === undefined || nodeAt(node, 'match', 'cluster')) return;
  const short = matching.find(({ windowMs }) => windowMs && every + (grace ?? 0) > windowMs - DAY_MS);
  if (short !== undefined)
    problems.note(
      childOf(node, 'every') ?? node,
      `every and grace together are longer than the window of the source ${short.id} less one day; use a longer window there, or name other sources in match.source`,
    );
}

function checkMaxBlind(
  { maxBlind }: ExpectationValues,
  node: YamlNode,
  { matching, problems }: Matching,
): void {
  if (maxBlind === undefined) return;
  const slow = matching.find(({ freshForMs }) => freshForMs !== undefined && maxBlind < 2 * freshForMs);
  if (slow !== undefined)
    problems.note(
      childOf(node, 'maxBlind') ?? node,
      `maxBlind (default: 1h) is shorter than twice the freshFor of the source ${slow.id}; use a longer maxBlind, or name other sources in match.source`,
    );
}

function mayMatch(holder: YamlNode, id: string): boolean {
  const patterns = sourcePatterns(holder);
  return patterns.length === 0 || patterns.some((node) => node.kind === 'scalar' && fits(textOf(node), id));
}

function sourcePatterns(holder: YamlNode | undefined): readonly YamlNode[] {
  const node = holder === undefined ? undefined : nodeAt(holder, 'match', 'source');
  if (node === undefined) return [];
  return node.kind === 'list' ? node.items : [node];
}

function textOf(node: YamlNode): string {
  if (node.kind !== 'scalar') return '';
  return typeof node.value === 'string' ? node.value : node.written;
}

function checkResources({ resources }: RootValues, root: YamlNode, problems: ProblemLog): void {
  const seen = new Map<string, string>();
  for (const [index, resource] of (resources ?? []).entries()) {
    const node = nodeAt(root, 'resources', index);
    if (node === undefined || resource === undefined) continue;
    const { source, type, id, name } = resource;
    if (id === null && name === null) problems.note(node, 'neither id nor name; add one of them');
    const key = JSON.stringify([source, type, id ?? name]);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, node.path);
    else problems.note(node, `the same resource as ${first}; remove one of the two`);
  }
}

function checkMaintenance({ maintenance }: RootValues, root: YamlNode, problems: ProblemLog): void {
  for (const [index, entry] of (maintenance ?? []).entries()) {
    const to = nodeAt(root, 'maintenance', index, 'to');
    if (to === undefined || entry?.from === undefined || entry.to === undefined) continue;
    if (entry.from >= entry.to) problems.note(to, 'not after from; use a later time');
  }
}

function checkSources({ sources = [] }: RootValues, root: YamlNode, problems: ProblemLog): void {
  const ids = sources.flatMap((source) => source?.id ?? []);
  // While a source has a problem, its id may be one of those that seem to be missing.
  if (ids.length === 0 || ids.length !== sources.length) return;
  const named = ['expectations', 'exclusions', 'maintenance'].flatMap((key) =>
    itemsAt(root, key)
      .flatMap(sourcePatterns)
      .filter((node) => !isWildcard(textOf(node))),
  );
  const ofResources = itemsAt(root, 'resources').flatMap((item) => childOf(item, 'source') ?? []);
  noteUnknownSources([...named, ...ofResources], ids, problems);
}

function itemsAt(root: YamlNode, key: string): readonly YamlNode[] {
  const list = childOf(root, key);
  return list?.kind === 'list' ? list.items : [];
}

import type { ResourceMatch } from '@/model/expectation.js';
import { fits, isWildcard } from '@/model/pattern.js';

/** What a match looks at. A resource of a task has no type where the upstream tells none. */
export interface MatchedResource {
  readonly source: string;
  readonly type: string | null;
  readonly resourceId: string | null;
  readonly name: string | null;
  readonly cluster: { readonly id: string; readonly name: string | null } | null;
}

/**
 * Whether a resource matches: each field that the match gives has a pattern for the resource's own value. A match that
 * gives none takes every resource. The patterns of a match are prepared once, and kept as long as the match is.
 */
export function matches(match: ResourceMatch, resource: MatchedResource): boolean {
  let tests = PREPARED.get(match);
  if (tests === undefined) PREPARED.set(match, (tests = prepare(match)));
  return tests.every((test) => test(resource));
}

/** Whether a match may take resources of a source. */
export function mayMatchIn({ source }: ResourceMatch, id: string): boolean {
  return source?.some((pattern) => fits(pattern, id)) ?? true;
}

type Test = (resource: MatchedResource) => boolean;

const PREPARED = new WeakMap<ResourceMatch, readonly Test[]>();

function prepare({ source, type, id, name, cluster }: ResourceMatch): Test[] {
  const tests: Test[] = [];
  if (source !== undefined) tests.push(anyOf(source, (resource) => [resource.source]));
  if (type !== undefined) tests.push(anyOf(type, (resource) => [resource.type]));
  if (id !== undefined) tests.push(anyOf(id, (resource) => [resource.resourceId]));
  if (name !== undefined) tests.push(anyOf(name, (resource) => [resource.name]));
  if (cluster !== undefined) tests.push(anyOf(cluster, (resource) => clusterTexts(resource)));
  return tests;
}

function clusterTexts({ cluster }: MatchedResource): readonly (string | null)[] {
  return cluster === null ? [] : [cluster.id, cluster.name];
}

function anyOf(
  patterns: readonly string[],
  textsOf: (resource: MatchedResource) => readonly (string | null)[],
): Test {
  const exact = new Set(patterns.filter((pattern) => !isWildcard(pattern)));
  const wildcards = patterns.filter(isWildcard);
  const isMatch = (text: string | null): boolean =>
    text !== null && (exact.has(text) || wildcards.some((pattern) => fits(pattern, text)));
  return (resource) => textsOf(resource).some(isMatch);
}

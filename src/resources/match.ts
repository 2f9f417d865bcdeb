import type { ResourceMatch } from '@/model/expectation.js';

/** What a match looks at. A resource of a task has no type where the upstream tells none. */
export interface MatchedResource {
  readonly source: string;
  readonly type: string | null;
  readonly id: string | null;
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

type Test = (resource: MatchedResource) => boolean;

const PREPARED = new WeakMap<ResourceMatch, readonly Test[]>();

function prepare({ source, type, id, name, cluster }: ResourceMatch): Test[] {
  const tests: Test[] = [];
  if (source !== undefined) tests.push(anyOf(source, (resource) => [resource.source]));
  if (type !== undefined) tests.push(anyOf(type, (resource) => [resource.type]));
  if (id !== undefined) tests.push(anyOf(id, (resource) => [resource.id]));
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

function isWildcard(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/**
 * Whether a text fits a pattern. When a character does not fit, the last `*` takes one more of the text: earlier ones
 * never have to, so that the work is at most the product of the two lengths.
 */
function fits(pattern: string, text: string): boolean {
  let [at, position] = [0, 0];
  let [star, starAt] = [-1, 0];
  while (at < text.length) {
    const wanted = pattern[position];
    if (wanted === '*') {
      [star, starAt] = [position++, at];
    } else if (wanted === '?' || wanted === text[at]) {
      at += wanted === '?' ? characterLength(text, at) : 1;
      position++;
    } else if (star >= 0) {
      at = ++starAt;
      position = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[position] === '*') position++;
  return position === pattern.length;
}

/** Characters beyond the basic plane are two units of a string, and one for `?`. */
function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

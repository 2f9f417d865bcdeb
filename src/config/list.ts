import type { ProblemLog } from './problem-log.js';
import { noteKind } from './shape.js';
import type { Shape } from './shape.js';
import { childOf } from './yaml-tree.js';
import type { ListNode } from './yaml-tree.js';

/** A list of at least one item. `name` is what it lists: `scopes`. */
export function listOfSome<T>(name: string, item: Shape<T>): Shape<readonly (T | undefined)[]> {
  const allowed = `a list of one or more ${name}`;
  return {
    allowed,
    schema: { type: 'array', minItems: 1, items: item.schema },
    read: (node, problems) => {
      if (node.kind === 'list' && node.items.length > 0)
        return node.items.map((each) => item.read(each, problems));
      noteKind(node, allowed, problems);
      return undefined;
    },
  };
}

/** The same; the ids of the items must be unique. */
export function listById<T>(name: string, item: Shape<T>): Shape<readonly (T | undefined)[]> {
  return uniqueBy('id', listOfSome(name, item));
}

/** The same list; no two items may have the same value of a key. */
export function uniqueBy<T>(key: string, list: Shape<T>): Shape<T> {
  return {
    ...list,
    read: (node, problems) => {
      if (node.kind === 'list') noteRepeated(key, node, problems);
      return list.read(node, problems);
    },
  };
}

/** One value, or a list of at least one. */
export function oneOrMore<T>(name: string, item: Shape<T>): Shape<readonly (T | undefined)[]> {
  const list = listOfSome(name, item);
  return {
    allowed: `${item.allowed}, or ${list.allowed}`,
    schema: { anyOf: [item.schema, list.schema] },
    read: (node, problems) => {
      if (node.kind === 'list') return list.read(node, problems);
      const value = item.read(node, problems);
      return value === undefined ? undefined : [value];
    },
  };
}

/** A list that may be empty. `name` is what it lists. */
export function listOf<T>(name: string, item: Shape<T>): Shape<readonly (T | undefined)[]> {
  const allowed = `a list of ${name}`;
  return {
    allowed,
    schema: { type: 'array', items: item.schema },
    read: (node, problems) => {
      if (node.kind === 'list') return node.items.map((each) => item.read(each, problems));
      noteKind(node, allowed, problems);
      return undefined;
    },
  };
}

function noteRepeated(key: string, list: ListNode, problems: ProblemLog): void {
  const seen = new Map<string, string>();
  for (const item of list.items) {
    const node = childOf(item, key);
    if (node?.kind !== 'scalar' || node.value === null) continue;
    const value = typeof node.value === 'string' ? node.value : node.written;
    const first = seen.get(value);
    if (first === undefined) seen.set(value, node.path);
    else problems.note(node, `the same as ${first}; use a different ${key}`);
  }
}

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
  const list = listOfSome(name, item);
  return {
    ...list,
    read: (node, problems) => {
      if (node.kind === 'list') noteRepeatedIds(node, problems);
      return list.read(node, problems);
    },
  };
}

/** A list of single values; it may be empty. `name` is what it lists. */
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

function noteRepeatedIds(list: ListNode, problems: ProblemLog): void {
  const seen = new Map<string, string>();
  for (const item of list.items) {
    const id = childOf(item, 'id');
    if (id?.kind !== 'scalar' || id.value === null) continue;
    const key = typeof id.value === 'string' ? id.value : id.written;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, id.path);
    else problems.note(id, `the same as ${first}; use a different id`);
  }
}

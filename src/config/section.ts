import type { ProblemLog, Spot } from './problem-log.js';
import { noteKind } from './shape.js';
import type { JsonObject, JsonSchema, Shape } from './shape.js';
import { suggest } from './suggest.js';
import { childOf } from './yaml-tree.js';
import type { MapNode, YamlNode } from './yaml-tree.js';

/** What the documentation says about a key. */
export interface KeyText {
  readonly description: string;
  /** As the file would have it. */
  readonly example?: unknown;
}

/** One key of a section: its shape and its documentation. */
export interface Key<T> extends KeyText, Shape<T> {
  /** As the file would have it. */
  readonly default?: unknown;
  readonly required: boolean;
}

// `never` as a key's value type would refuse every key; the tables hold keys of many types.
export type Keys = Readonly<Record<string, Key<unknown>>>;

/** The values of a section; a value is undefined when a problem with it has been noted. */
export type ValuesOf<K extends Keys> = {
  readonly [N in keyof K]: K[N] extends Key<infer T> ? T | undefined : never;
};

/** Values without a problem: none of them is undefined. */
export type Sure<T> = T extends object ? { readonly [N in keyof T]: Sure<Exclude<T[N], undefined>> } : T;

export function required<T>(shape: Shape<T>, words: KeyText): Key<T> {
  return { ...words, ...shape, required: true };
}

/** Null when the key is left out. */
export function optional<T>(shape: Shape<T>, words: KeyText): Key<T | null> {
  return {
    ...words,
    ...shape,
    required: false,
    read: (node, problems) => (isLeftOut(node) ? null : shape.read(node, problems)),
  };
}

/** The same, but a value of empty placeholders does not count as left out. */
export function leftOutOnlyIfAbsent<T>(shape: Shape<T>, words: KeyText): Key<T | null> {
  return {
    ...optional(shape, words),
    read: (node, problems) => (node.kind === 'absent' ? null : shape.read(node, problems)),
  };
}

type Fallback = string | number | boolean | Record<string, never>;

/** `fallback` is written as it would be in the file, and read the same way. */
export function withDefault<T>(shape: Shape<T>, fallback: Fallback, words: KeyText): Key<T> {
  return {
    ...words,
    ...shape,
    required: false,
    default: fallback,
    read: (node, problems) => shape.read(isLeftOut(node) ? nodeOf(fallback, node) : node, problems),
  };
}

/** A key that the section does not take. It has its usual value; to write it in the file is a problem. */
export function notTaken<T>(key: Key<T>): Key<T> {
  return { ...key, schema: false, required: false };
}

/** A value of empty placeholders, such as a variable that is set but empty, counts as left out, too. */
function isLeftOut(node: YamlNode): boolean {
  return node.kind === 'absent' || (node.kind === 'scalar' && node.substituted && node.value === '');
}

function nodeOf(value: Fallback, spot: Spot): YamlNode {
  if (typeof value === 'object') return { ...spot, kind: 'map', entries: [] };
  const written = String(value);
  const pieces = [{ text: written, inserted: false }];
  return { ...spot, kind: 'scalar', value, written, pieces, substituted: false, multiline: false };
}

/**
 * A map with known keys. `name` says what it is: `a cluster`. `forms` are the maps that are allowed, in words, where they
 * are not just any of the keys.
 */
export function section<K extends Keys>(name: string, keys: K, forms?: string): Shape<ValuesOf<K>> {
  const allowed = forms ?? `${name} with the keys ${takenKeys(keys).join(', ')}`;
  const wanted = forms ?? `one of ${takenKeys(keys).join(', ')}`;
  return {
    allowed,
    schema: sectionSchema(keys),
    read: (node, problems) => {
      if (node.kind !== 'map') {
        noteKind(node, allowed, problems);
        return undefined;
      }
      for (const entry of node.entries) {
        if (takenKeys(keys).includes(entry.key)) continue;
        const isOfOthers = Object.hasOwn(keys, entry.key);
        problems.note(
          entry,
          isOfOthers ? `${name} does not take this key; remove it` : unknownKey(entry.key, keys, wanted),
        );
      }
      return readSection(node, keys, problems);
    },
  };
}

function readSection<K extends Keys>(map: MapNode, keys: K, problems: ProblemLog): ValuesOf<K> {
  const values = Object.entries(keys).map(([name, key]) => {
    const path = map.path === '' ? name : `${map.path}.${name}`;
    const written = isTaken(key) ? childOf(map, name) : undefined;
    return [name, key.read(written ?? { kind: 'absent', place: map.place, path }, problems)] as const;
  });
  return Object.fromEntries(values) as ValuesOf<K>;
}

/** What is wrong with a key that no such section has. */
function unknownKey(key: string, keys: Keys, wanted: string): string {
  if (key === '<<')
    return 'merge keys are not supported; write the keys out, or use an alias for a whole value';
  const guess = suggest(key, takenKeys(keys));
  return `unknown key; use ${wanted}${guess === null ? '' : `; did you mean ${guess}?`}`;
}

function takenKeys(keys: Keys): string[] {
  return Object.entries(keys).flatMap(([name, key]) => (isTaken(key) ? [name] : []));
}

function isTaken({ schema }: Key<unknown>): boolean {
  return schema !== false;
}

/** The JSON Schema of a section. */
export function sectionSchema(keys: Keys): JsonObject {
  const names = Object.keys(keys).filter((name) => keys[name]?.required);
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, keySchema(key)])),
    ...(names.length > 0 && { required: names }),
    additionalProperties: false,
  };
}

/** The JSON Schema of a key, with its documentation. */
export function keySchema({ schema, description, example, ...key }: Key<unknown>): JsonSchema {
  if (typeof schema === 'boolean') return schema;
  return {
    description,
    ...schema,
    ...('default' in key && { default: key.default }),
    ...(example !== undefined && { examples: [example] }),
  };
}

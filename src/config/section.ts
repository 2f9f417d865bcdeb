import type { ProblemLog, Spot } from './problem-log.js';
import { refuseKind } from './shape.js';
import type { JsonObject, JsonSchema, Shape } from './shape.js';
import { suggest } from './suggest.js';
import type { MapNode, YamlNode } from './yaml-tree.js';

/** What the documentation says about a key. */
export interface KeyText {
  readonly description: string;
  /** As the file would have it. */
  readonly example?: unknown;
}

/** One key of a section: its shape, its documentation, and its value when it is left out. */
export interface Key<T> extends KeyText {
  readonly allowed: string;
  readonly schema: JsonSchema;
  /** As the file would have it. */
  readonly default?: unknown;
  readonly required: boolean;
  /** False for a key that exists elsewhere but not in this section. */
  readonly taken: boolean;
  read(node: YamlNode, problems: ProblemLog): T | undefined;
  /** The value when the key is left out of `section`. */
  absent(section: Spot, problems: ProblemLog): T | undefined;
}

// `never` as a key's value type would refuse every key; the tables hold keys of many types.
export type Keys = Readonly<Record<string, Key<unknown>>>;

/** The values of a section; a value is undefined when a problem with it has been noted. */
export type ValuesOf<K extends Keys> = {
  readonly [N in keyof K]: K[N] extends Key<infer T> ? T | undefined : never;
};

export function required<T>(shape: Shape<T>, words: KeyText): Key<T> {
  return {
    ...words,
    ...shape,
    required: true,
    taken: true,
    absent: (spot, problems) => {
      problems.note(spot, `no value; use ${shape.allowed}`);
      return undefined;
    },
  };
}

/** Null when the key is left out, or when its placeholders are empty. */
export function optional<T>(shape: Shape<T>, words: KeyText): Key<T | null> {
  return {
    ...words,
    ...shape,
    required: false,
    taken: true,
    read: (node, problems) => (hasEmptyPlaceholders(node) ? null : shape.read(node, problems)),
    absent: () => null,
  };
}

/** True when the value consists of empty placeholders, such as a variable that is set but empty. */
function hasEmptyPlaceholders(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.substituted && node.value === '';
}

/** `fallback` is written as it would be in the file, and read the same way. */
export function withDefault<T>(
  shape: Shape<T>,
  fallback: string | number | boolean | Record<string, never>,
  words: KeyText,
): Key<T> {
  return {
    ...words,
    ...shape,
    required: false,
    taken: true,
    default: fallback,
    read: (node, problems) =>
      shape.read(hasEmptyPlaceholders(node) ? nodeOf(fallback, node) : node, problems),
    absent: (spot, problems) => shape.read(nodeOf(fallback, spot), problems),
  };
}

/** A key that the section does not take. It has its usual value; to write it in the file is a problem. */
export function notTaken<T>(key: Key<T>): Key<T> {
  return { ...key, schema: false, required: false, taken: false };
}

function nodeOf(value: string | number | boolean | Record<string, never>, spot: Spot): YamlNode {
  if (typeof value === 'object') return { kind: 'map', ...spot, entries: [] };
  const written = String(value);
  const pieces = [{ text: written, inserted: false }];
  return { kind: 'scalar', ...spot, value, written, pieces, substituted: false, multiline: false };
}

/** A map with known keys. `name` says what it is: `a cluster`. */
export function section<K extends Keys>(name: string, keys: K): Shape<ValuesOf<K>> {
  const taken = takenKeys(keys);
  const allowed = `${name} with the keys ${taken.join(', ')}`;
  return {
    allowed,
    schema: sectionSchema(keys),
    read: (node, problems) => {
      if (node.kind === 'lost') return undefined;
      if (node.kind === 'map') return readSection(node, { name, keys }, problems);
      problems.note(node, refuseKind(node, allowed));
      return undefined;
    },
  };
}

interface NamedKeys<K extends Keys> {
  readonly name: string;
  readonly keys: K;
}

function readSection<K extends Keys>(
  map: MapNode,
  { name: noun, keys }: NamedKeys<K>,
  problems: ProblemLog,
): ValuesOf<K> {
  noteUnknownKeys(map, { name: noun, keys }, problems);
  const values = Object.entries(keys).map(([name, key]) => {
    const entry = map.entries.find((each) => each.key === name);
    if (entry !== undefined && key.taken) return [name, key.read(entry.value, problems)] as const;
    const path = map.path === '' ? name : `${map.path}.${name}`;
    return [name, key.absent({ place: map.place, path }, problems)] as const;
  });
  return Object.fromEntries(values) as ValuesOf<K>;
}

function noteUnknownKeys(map: MapNode, { name, keys }: NamedKeys<Keys>, problems: ProblemLog): void {
  const taken = takenKeys(keys);
  for (const entry of map.entries) {
    if (taken.includes(entry.key)) continue;
    if (Object.hasOwn(keys, entry.key)) problems.note(entry, `${name} does not take this key; remove it`);
    else problems.note(entry, unknownKey(entry.key, taken));
  }
}

function unknownKey(key: string, known: readonly string[]): string {
  const guess = suggest(key, known);
  return `unknown key; use one of ${known.join(', ')}${guess === null ? '' : `; did you mean ${guess}?`}`;
}

function takenKeys(keys: Keys): string[] {
  return Object.keys(keys).filter((name) => keys[name]?.taken);
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

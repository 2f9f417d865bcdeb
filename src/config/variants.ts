import { isDeepStrictEqual } from 'node:util';
import { childOf } from './yaml-tree.js';
import { keySchema, section, sectionSchema } from './section.js';
import type { Keys, ValuesOf } from './section.js';
import type { JsonSchema, Shape } from './shape.js';

export interface VariantRules<K extends Keys> {
  /** What the section is called, with a choice or without: `a source of huawei-css`, `a source`. */
  readonly name: (choice?: string) => string;
  /** The key whose value chooses the table. */
  readonly by: string;
  readonly tables: Readonly<Record<string, K>>;
  /** The keys of all tables, to check what can be checked when the choice is not valid. */
  readonly fallback: Keys;
  /** The maps that are allowed, in words; left out: the fallback's keys. */
  readonly forms?: string;
}

/** A section whose keys depend on the value of one of them. */
export function variants<K extends Keys>(rules: VariantRules<K>): Shape<ValuesOf<K>> {
  const shapes = new Map(
    Object.entries(rules.tables).map(([choice, keys]) => [choice, section(rules.name(choice), keys)]),
  );
  const fallback = section(rules.name(), rules.fallback, rules.forms);
  return {
    allowed: fallback.allowed,
    schema: variantsSchema(rules),
    read: (node, problems) => {
      const choice = childOf(node, rules.by);
      const shape = choice?.kind === 'scalar' ? shapes.get(String(choice.value)) : undefined;
      if (shape !== undefined) return shape.read(node, problems);
      fallback.read(node, problems);
      return undefined;
    },
  };
}

/** The JSON Schema for any choice, with the differences for each choice. */
function variantsSchema({ by, tables, fallback }: VariantRules<Keys>): JsonSchema {
  const choices = Object.entries(tables).map(([choice, keys]) => ({
    if: { properties: { [by]: { const: choice } }, required: [by] },
    then: difference(by, keys, fallback),
  }));
  return { ...sectionSchema(fallback), allOf: choices };
}

function difference(by: string, keys: Keys, fallback: Keys): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [name, general] of Object.entries(fallback)) {
    const key = keys[name];
    const schema = key === undefined ? false : keySchema(key);
    if (name !== by && !isDeepStrictEqual(schema, keySchema(general))) properties[name] = schema;
  }
  const names = Object.keys(keys).filter((name) => keys[name]?.required && !fallback[name]?.required);
  return { ...(names.length > 0 && { required: names }), properties };
}

import { describe, expect, it } from 'vitest';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';
import { configSchema } from './config-schema.js';
import { keyReference } from './key-reference.js';

const REFERENCE = keyReference(PROVIDER_SETTINGS);

/** The parts of a JSON Schema in which keys may stand. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema | false>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly then?: Schema;
}

/** The path of each key that a schema allows, as the reference writes it. */
function pathsOf(schema: Schema, prefix = ''): string[] {
  const { properties = {}, items, anyOf = [], allOf = [], then } = schema;
  const ofKeys = Object.entries(properties).flatMap(([name, key]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return key === false ? [] : [path, ...pathsOf(key, path)];
  });
  const parts = [...anyOf, ...allOf, ...(then === undefined ? [] : [then])];
  return [
    ...ofKeys,
    ...(items === undefined ? [] : pathsOf(items, `${prefix}[]`)),
    ...parts.flatMap((part) => pathsOf(part, prefix)),
  ];
}

describe('the reference of keys', () => {
  it('has an entry for each key of the JSON Schema, and no other', () => {
    const described = [...REFERENCE.matchAll(/^### `(.+)`$/gm)].map(([, path]) => path);
    // Every match has the keys of the first one.
    const paths = pathsOf(configSchema(PROVIDER_SETTINGS)).map((path) =>
      path.replace(/^(exclusions|maintenance)(?=\[\]\.match\.)/, 'expectations'),
    );
    expect([...new Set(described)].sort()).toEqual([...new Set(paths)].sort());
  });

  it('states one default for each key', () => {
    const entries = REFERENCE.split(/^### /m).slice(1);
    expect(entries.filter((entry) => entry.split('Default: ').length !== 2)).toEqual([]);
  });
});

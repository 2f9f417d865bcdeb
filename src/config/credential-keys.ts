import type { CredentialKey, Credentials, CredentialType, ProviderSettings } from '@/model/source.js';
import { httpUrl } from './addresses.js';
import { optional, required } from './section.js';
import type { Key, Keys } from './section.js';
import type { Shape } from './shape.js';
import { text, word } from './values.js';
import { variants } from './variants.js';

/** The keys of one type of credentials. */
export function credentialKeys({ type, keys }: CredentialType): Keys {
  const entries = Object.entries(keys).map(([name, key]) => [name, keyOf(key)] as const);
  return { type: typeKey([type]), ...Object.fromEntries(entries) };
}

/** The credentials of a source whose provider takes these types. */
export function credentials(types: readonly CredentialType[]): Shape<Credentials> {
  const tables = types.map((each) => [each.type, credentialKeys(each)] as const);
  return variants<Keys>({
    name: (type) => (type === undefined ? 'credentials' : `${type} credentials`),
    by: 'type',
    tables: Object.fromEntries(tables),
    fallback: { ...allOptional(tables.map(([, keys]) => keys)), type: typeKey(namesOf(types)) },
    forms: types.map(formOf).join(' or '),
  }) as Shape<Credentials>;
}

/** A type with the keys that it requires: `{ type: token, token }`. */
function formOf({ type, keys }: CredentialType): string {
  const names = Object.entries(keys).flatMap(([name, { isOptional = false }]) => (isOptional ? [] : [name]));
  return `{ ${[`type: ${type}`, ...names].join(', ')} }`;
}

/** The credentials of one provider; in the JSON Schema, only what differs from the credentials of any provider. */
export function narrowed(
  types: readonly CredentialType[],
  any: readonly CredentialType[],
): Shape<Credentials> {
  const taken = new Set(types.flatMap(({ keys }) => Object.keys(keys)));
  const others = any.flatMap(({ keys }) => Object.keys(keys)).filter((name) => !taken.has(name));
  const properties = {
    type: word(namesOf(types)).schema,
    ...Object.fromEntries(others.map((name) => [name, false])),
  };
  return { ...credentials(types), schema: { properties } };
}

/** Every type of credentials that a provider takes. Types of one name are one, with the keys of all of them. */
export function anyCredentialTypes(providers: readonly ProviderSettings[]): CredentialType[] {
  const types = new Map<string, CredentialType>();
  for (const { type, keys } of providers.flatMap(({ credentials }) => credentials)) {
    types.set(type, { type, keys: { ...types.get(type)?.keys, ...keys } });
  }
  return [...types.values()];
}

function namesOf(types: readonly CredentialType[]): string[] {
  return types.map(({ type }) => type);
}

function typeKey(names: readonly string[]): Key<string> {
  return required(word(names), { description: 'The kind of credentials.', example: names[0] });
}

function keyOf(key: CredentialKey): Key<string | null> {
  const { allowed, pattern, isSecret = false, isOptional = false } = key;
  const shape = pattern === 'url' ? httpUrl() : text({ allowed, pattern, secret: isSecret });
  return isOptional ? optional(shape, wordsOf(key)) : required<string | null>(shape, wordsOf(key));
}

function wordsOf({ description, example }: CredentialKey): Pick<Key<unknown>, 'description' | 'example'> {
  return { description, example };
}

function allOptional(tables: readonly Keys[]): Keys {
  const keys = tables.flatMap((table) => Object.entries(table));
  return Object.fromEntries(keys.map(([name, key]) => [name, optional(key, key)]));
}

type Check<T> = (value: unknown) => value is T;
type Json = Readonly<Record<string, unknown>>;
type Reference = Readonly<Record<'$ref', string>>;

/** What a value must be. The TypeScript type, the check at run time and the JSON Schema come from one definition. */
export interface Schema<T> {
  readonly check: Check<T>;
  readonly json: Json;
}

/** An object that the document has under a name: `json` refers to it, `component` is what is under the name. */
export interface ObjectSchema<T> extends Schema<T> {
  readonly name: string;
  readonly json: Reference;
  readonly component: { readonly properties: Json } & Json;
}

/** The TypeScript type of what a schema accepts. */
export type TypeOf<S> = S extends Schema<infer T> ? T : never;

/** What the document says about a field besides its type. */
interface Notes<T> {
  readonly description: string;
  readonly example?: T;
  readonly minimum?: number;
  readonly maximum?: number;
}

export const text: Schema<string> = {
  check: (value): value is string => typeof value === 'string',
  json: { type: 'string' },
};

export const number: Schema<number> = {
  check: (value) => typeof value === 'number',
  json: { type: 'number' },
};

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** In the one form that tasks have times in: rows are sorted by their texts, and compared by what these stand for. */
export const time: Schema<string> = {
  check: (value): value is string =>
    typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value)),
  json: { type: 'string', format: 'date-time' },
};

/** One of a list of words. With a name, the document has the list once, under it. */
export function oneOf<T extends string>(words: readonly T[], name?: string): Schema<T> {
  const known = new Set<unknown>(words);
  return {
    check: (value): value is T => known.has(value),
    json: name === undefined ? { type: 'string', enum: words } : refer(name),
  };
}

/** As the schema says, or null. */
export function orNull<T>({ check, json }: Schema<T>): Schema<T | null> {
  return {
    check: (value) => value === null || check(value),
    // The words of an enum need no null beside them: answers leave every enum open.
    json: '$ref' in json ? { anyOf: [json, { type: 'null' }] } : { ...json, type: [json.type, 'null'] },
  };
}

/** A list, also an empty one. */
export function listOf<T>({ check, json }: Schema<T>): Schema<readonly T[]> {
  return {
    check: (value) => Array.isArray(value) && value.every(check),
    json: { type: 'array', items: json },
  };
}

/** A field of an object, as the document describes it. */
export function field<T>({ check, json }: Schema<T>, notes: Notes<NoInfer<T>>): Schema<T> {
  return { check, json: { ...('$ref' in json ? { allOf: [json] } : json), ...notes } };
}

/** An object with these fields, all of them present. Others may come beside them. */
export function object<F extends Readonly<Record<string, Schema<unknown>>>>(
  name: string,
  description: string,
  fields: F,
): ObjectSchema<{ [K in keyof F]: TypeOf<F[K]> }> {
  type T = { [K in keyof F]: TypeOf<F[K]> };
  const checks = Object.entries(fields).map(([key, { check }]) => [key, check] as const);
  const properties = Object.fromEntries(Object.entries(fields).map(([key, { json }]) => [key, json]));
  return {
    name,
    check: (value): value is T =>
      isObject(value) && checks.every(([key, check]) => check((value as Record<string, unknown>)[key])),
    json: refer(name),
    component: { type: 'object', description, properties, required: Object.keys(fields) },
  };
}

/** True for what JSON calls an object: no list, not null. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refer(name: string): Reference {
  return { $ref: `#/components/schemas/${name}` };
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = Record<string, Json>;

/** Turns the 3.0 way of saying "or null" into JSON Schema's, as OpenAPI 3.1 demands. */
export function toOpenApi31<T>(document: T): T {
  return rewrite(document as Json, nullableToType) as T;
}

/** The same content with the keys of every object in alphabetical order. */
export function sortKeys<T>(document: T): T {
  return rewrite(document as Json, (object) =>
    Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))),
  ) as T;
}

function rewrite(value: Json, change: (object: JsonObject) => JsonObject): Json {
  if (Array.isArray(value)) return value.map((element) => rewrite(element, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  return change(Object.fromEntries(entries.map(([key, inner]) => [key, rewrite(inner, change)])));
}

function nullableToType({ nullable, ...schema }: JsonObject): JsonObject {
  if (nullable !== true) return schema;
  if (typeof schema.type === 'string' && !('allOf' in schema)) return orNull(schema);
  const { allOf, $ref, type, ...rest } = schema;
  const target = Array.isArray(allOf) ? allOf[0] : { $ref: $ref ?? null };
  return { ...rest, oneOf: [target ?? null, { type: 'null' }] };
}

function orNull(schema: JsonObject): JsonObject {
  const values: JsonObject = Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {};
  return { ...schema, ...values, type: [schema.type ?? null, 'null'] };
}

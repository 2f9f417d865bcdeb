import type { OpenAPIObject } from '@nestjs/swagger';

interface ListSchema {
  readonly type?: string;
  readonly items?: { readonly enum?: readonly string[] };
}

interface DescribedParameter {
  readonly name: string;
  schema?: unknown;
}

/**
 * Describes parameters of several values so that a validator takes both of their forms: `status=FAILED&status=RUNNING`
 * is an array, and `status=FAILED,RUNNING` a text that a pattern describes. Open lists get the values that there are as
 * examples.
 */
export function describeListParameters(
  document: OpenAPIObject,
  known: Readonly<Record<string, readonly string[]>>,
): void {
  for (const { get } of Object.values(document.paths)) {
    for (const parameter of (get?.parameters ?? []) as DescribedParameter[]) {
      const schema = (parameter.schema ?? {}) as ListSchema;
      if (schema.type !== 'array') continue;
      const words = schema.items?.enum;
      const examples = known[parameter.name];
      if (words !== undefined) parameter.schema = { anyOf: [schema, commaForm(words)] };
      else if (examples !== undefined) parameter.schema = { ...schema, items: { ...schema.items, examples } };
    }
  }
}

function commaForm(words: readonly string[]): object {
  const word = `(${words.join('|')})`;
  return { type: 'string', pattern: `^${word}(,${word})*$` };
}

/** A schema as far as it matters here. */
interface EnumSchema {
  description?: string;
  enum?: unknown[];
  'x-extensible-enum'?: unknown[];
}

const ACCEPT_OTHERS = 'More words may be added: accept words that are not listed.';

/**
 * Opens the enums of answers: one more word must break no client. `x-extensible-enum` names the words of today, and
 * validators and generators of clients take any. The enums of requests stay closed: a wrong word is a 400.
 */
export function openAnswerEnums(document: OpenAPIObject): void {
  for (const schema of Object.values(document.components?.schemas ?? {})) openEnumsIn(schema);
}

function openEnumsIn(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value) && Array.isArray((value as EnumSchema).enum)) openEnum(value);
  for (const inner of Object.values(value)) openEnumsIn(inner);
}

function openEnum(schema: EnumSchema): void {
  // That it may be null is said by its type.
  schema['x-extensible-enum'] = (schema.enum ?? []).filter((word) => word !== null);
  delete schema.enum;
  schema.description = [schema.description, ACCEPT_OTHERS].filter((text) => text !== undefined).join(' ');
}

interface NumberSchema {
  readonly type?: string | readonly string[];
  readonly maximum?: number;
  format?: string;
}

const LARGEST_INT32 = 2 ** 31 - 1;

/** Gives every number the format that generators of typed clients go by: `int32` where it is bounded, else `int64`. */
export function addNumberFormats(document: OpenAPIObject): OpenAPIObject {
  addFormatsIn(document.paths);
  addFormatsIn(document.components);
  return document;
}

function addFormatsIn(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) addFormat(value);
  for (const [key, inner] of Object.entries(value)) if (!/^examples?$/.test(key)) addFormatsIn(inner);
}

function addFormat(schema: NumberSchema): void {
  const types = [schema.type].flat();
  const isBounded = schema.maximum !== undefined && schema.maximum <= LARGEST_INT32;
  if (types.includes('integer')) schema.format ??= isBounded ? 'int32' : 'int64';
  else if (types.includes('number')) schema.format ??= 'double';
}

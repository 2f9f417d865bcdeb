import type { OpenAPIObject } from '@nestjs/swagger';

/** A schema as far as it matters here. */
interface EnumSchema {
  description?: string;
  enum?: unknown[];
  'x-extensible-enum'?: unknown[];
}

const TAKE_OTHERS = 'More words may come: take one that is not listed.';

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
  schema.description = [schema.description, TAKE_OTHERS].filter((text) => text !== undefined).join(' ');
}

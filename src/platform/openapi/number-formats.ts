import type { OpenAPIObject } from '@nestjs/swagger';

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

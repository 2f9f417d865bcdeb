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

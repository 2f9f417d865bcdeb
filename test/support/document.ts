import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Answer } from './http.js';

/** A JSON Schema as far as the contract's document uses it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly 'x-extensible-enum'?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly format?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly description?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly description: string;
  readonly schema: Schema;
}

interface MediaType {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface DocumentedAnswer {
  readonly description: string;
  readonly content?: Readonly<Record<string, MediaType>>;
  readonly headers: Readonly<Record<string, { readonly $ref?: string; readonly required?: boolean }>>;
}

/** An answer, or where it is described. */
type AnswerOrReference = DocumentedAnswer | { readonly $ref: string };

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, AnswerOrReference>>;
}

export interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string; readonly description: string };
  readonly security: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly headers: Readonly<Record<string, { readonly required?: boolean }>>;
    readonly responses: Readonly<Record<string, DocumentedAnswer>>;
  };
  readonly tags: readonly { readonly name: string }[];
}

/** Where the committed document is. */
export const DOCUMENT_FILE = join(process.cwd(), 'docs/openapi.json');

/** The committed document, which a client author would read. */
export const DOCUMENT = JSON.parse(readFileSync(DOCUMENT_FILE, 'utf8')) as Document;

/** Every operation with its path, by its id. */
export const OPERATIONS: ReadonlyMap<string, { readonly path: string; readonly operation: Operation }> =
  new Map(
    Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => [operation.operationId, { path, operation }] as const),
    ),
  );

interface PlacedAnswer {
  readonly status: string;
  /** Where in the document it stands. */
  readonly place: readonly string[];
  readonly answer: DocumentedAnswer;
}

/** The answers that an operation describes, those included that it shares with others. */
export function answersOf(path: string, { responses }: Operation): PlacedAnswer[] {
  return Object.entries(responses).map(([status, found]) => {
    if (!('$ref' in found)) {
      return { status, place: ['paths', path, 'get', 'responses', status], answer: found };
    }
    const place = found.$ref.split('/').slice(1);
    const answer = DOCUMENT.components.responses[place.at(-1) ?? ''];
    if (answer === undefined) throw new Error(`the document has no ${found.$ref}`);
    return { status, place, answer };
  });
}

/** The schema of each value of a parameter that takes several; null for one that takes a single value. */
export function itemsOf({ schema }: Parameter): Schema | null {
  return (schema.anyOf ?? [schema]).find(({ type }) => type === 'array')?.items ?? null;
}

const BASE = 'https://tributary.invalid/openapi.json';

/** Strict, so that a keyword that is no JSON Schema is an error and not passed over. */
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats.default(ajv);
ajv.addVocabulary(['example', ...Object.keys(DOCUMENT)]);
ajv.addSchema({ ...(closed(DOCUMENT) as object), $id: BASE });

const openAjv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats.default(openAjv);
openAjv.addVocabulary(['example', 'x-extensible-enum', ...Object.keys(DOCUMENT)]);
openAjv.addSchema({ ...DOCUMENT, $id: BASE });

/** Validates against a place in the document just as it stands, as a client or a proxy does. */
export function openValidatorAt(...place: string[]): ValidateFunction {
  return validatorIn(openAjv, place);
}

/** Validates against a place in the document; a field that is not described there is an error as well. */
export function validatorAt(...place: string[]): ValidateFunction {
  return validatorIn(ajv, place);
}

function validatorIn(validators: Ajv2020, place: readonly string[]): ValidateFunction {
  const pointer = place.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')));
  const validate = validators.getSchema(`${BASE}#/${pointer.join('/')}`);
  if (validate === undefined) throw new Error(`the document has nothing at ${place.join(' ')}`);
  return validate;
}

/** What an answer has that its description in the document has not, or the other way round; empty when they agree. */
export function invalidFields(operationId: string, answer: Answer): string[] {
  const { path, operation } = operationOf(operationId);
  const documented = answersOf(path, operation).find(({ status }) => status === String(answer.status));
  if (documented === undefined) return [`${operationId} does not document the status ${answer.status}`];
  return [
    ...headerMisfits(documented.answer, answer),
    ...bodyMisfits(documented.place, documented.answer, answer),
  ];
}

/** What keeps a body from being of a named schema; empty when nothing does. */
export function schemaViolations(name: string, body: unknown): string[] {
  return errorsOf(validatorAt('components', 'schemas', name), body);
}

/** The operation of an id. */
export function operationOf(operationId: string): { path: string; operation: Operation } {
  const found = OPERATIONS.get(operationId);
  if (found === undefined) throw new Error(`the document has no operation ${operationId}`);
  return found;
}

function bodyMisfits(place: readonly string[], { content }: DocumentedAnswer, answer: Answer): string[] {
  if (content === undefined) return answer.text === '' ? [] : ['there is a body, but none is documented'];
  const mediaType = answer.headers.get('content-type')?.split(';', 1)[0] ?? 'none';
  if (content[mediaType] === undefined) return [`the media type ${mediaType} is not documented`];
  return errorsOf(validatorAt(...place, 'content', mediaType, 'schema'), answer.body ?? answer.text);
}

/** Headers of HTTP itself, and those by which browsers are kept from guessing: nothing a client acts upon. */
const PLAIN_HEADERS = [
  'connection',
  'content-encoding',
  'content-length',
  'content-security-policy',
  'content-type',
  'cross-origin-resource-policy',
  'date',
  'keep-alive',
  'referrer-policy',
  'x-content-type-options',
  'x-frame-options',
];

/** Where an operation documents headers of its own, it documents all it sends; elsewhere at least the common ones. */
function headerMisfits({ headers }: DocumentedAnswer, answer: Answer): string[] {
  const documented = Object.entries(headers).map(([name, header]) => ({
    name: name.toLowerCase(),
    required: (header.$ref === undefined ? header : DOCUMENT.components.headers[name])?.required === true,
  }));
  const missing = documented.filter(({ name, required }) => required && !answer.headers.has(name));
  const names = new Set([...PLAIN_HEADERS, ...documented.map(({ name }) => name)]);
  const extra = 'ETag' in headers ? [...answer.headers.keys()].filter((name) => !names.has(name)) : [];
  return [
    ...missing.map(({ name }) => `the header ${name} is missing`),
    ...extra.map((name) => `the header ${name} is not documented`),
  ];
}

function errorsOf(validate: ValidateFunction, body: unknown): string[] {
  if (validate(body)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
  );
}

/**
 * The same document with every object schema and every list of words closed: the contract is open to new fields and
 * words, its tests are not.
 */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
  const { 'x-extensible-enum': words, ...schema } = copy;
  if (Array.isArray(words)) {
    const isNullable = [schema.type].flat().includes('null');
    return { ...schema, enum: isNullable ? [...(words as unknown[]), null] : words };
  }
  const isObjectSchema = copy.type === 'object' && typeof copy.properties === 'object';
  return isObjectSchema && !('additionalProperties' in copy)
    ? { ...copy, additionalProperties: false }
    : copy;
}

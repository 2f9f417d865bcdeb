import { telltale } from '../canaries.js';
import type { FaultyExchange } from './exchange.js';
import { changeJson, DEEP, isObject, mapFields, mapList } from './json-body.js';

/** Valid JSON in which every list is something else; it carries no token either. */
function wrongShape({ answer, send }: FaultyExchange): void {
  const { status, headers, body } = answer();
  const headersLeft = Object.entries(headers).filter(([name]) => name !== 'X-Subject-Token');
  const text = JSON.stringify(withoutLists(JSON.parse(body) as unknown, 2));
  send({ status, headers: Object.fromEntries(headersLeft), body: text });
}

function withoutLists(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return { unexpected: telltale('not a list') };
  const isEntered = isObject(value) && depth > 0;
  return isEntered ? mapFields(value, (_, field) => withoutLists(field, depth - 1)) : value;
}

/** Fields with names that mean something to JavaScript, as fields of the object's own. */
export function withProtoKeys(object: Readonly<Record<string, unknown>>): object {
  const polluted = { polluted: telltale('polluted'), isAdmin: true };
  const fields = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'toJSON'];
  const added = fields.map((name): [string, unknown] => [name, polluted]);
  return Object.fromEntries([...added, ...Object.entries(object)]);
}

const inEnvelope = (change: (body: Readonly<Record<string, unknown>>) => object): typeof wrongShape =>
  changeJson((body) => (isObject(body) ? change(body) : body));

/** Valid JSON that is not of the shape documented. */
export const SHAPE_FAULTS = {
  'wrong-shape': wrongShape,
  /** The whole body is another JSON value. */
  'json-null': changeJson(() => null),
  'json-text': changeJson(() => telltale('OK')),
  'json-number': changeJson(() => 200),
  /** The whole body is a list, the right body being its only item. */
  'json-list': changeJson((body) => [body]),
  'json-empty-object': changeJson(() => ({})),
  /** The list of rows is left out, null, text, or an object of its rows by number. */
  'list-missing': changeJson((body) => mapList(body, () => undefined)),
  'list-null': changeJson((body) => mapList(body, () => null)),
  'list-as-text': changeJson((body) => mapList(body, () => telltale('see next page'))),
  'list-as-object': changeJson((body) => mapList(body, (list) => Object.fromEntries(list.entries()))),
  /** Lists within lists, 10,000 levels, in a field of the envelope that nobody asked for. */
  'deep-envelope': inEnvelope((body) => ({ ...body, extra: DEEP })),
  'proto-envelope': inEnvelope(withProtoKeys),
} as const;

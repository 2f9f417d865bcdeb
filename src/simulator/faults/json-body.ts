import type { Reply } from '../http/reply.js';
import type { FaultyExchange } from './exchange.js';

/** A fault that sends the answer with its JSON changed. The change gets the body as parsed, of whatever shape. */
export const changeJson =
  (change: (body: unknown, exchange: FaultyExchange) => unknown) =>
  (exchange: FaultyExchange): void => {
    const reply = exchange.answer();
    exchange.send(withJson(reply, change(JSON.parse(reply.body), exchange)));
  };

/** A reply with another value for its body. Deep nesting stands in the value as `DEEP`, a long text in a text as `LONG`. */
export function withJson(reply: Reply, value: unknown): Reply {
  const text = JSON.stringify(value).replaceAll(JSON.stringify(DEEP), nest);
  return { ...reply, body: text.replaceAll(LONG, LONG_TEXT) };
}

const LEVELS = 10_000;

/** Stands for lists within lists, 10,000 levels deep, which JSON.stringify itself could not write. */
export const DEEP = 'deep nesting goes here';

/** Stands for a text of 1 MiB, which JSON.stringify would take milliseconds to write. */
export const LONG = 'a long text goes here';

const LONG_TEXT = 'x'.repeat(1024 * 1024);

function nest(): string {
  return '['.repeat(LEVELS) + ']'.repeat(LEVELS);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object with each of its fields changed; a field that becomes undefined is left out of the JSON. */
export function mapFields(
  object: Readonly<Record<string, unknown>>,
  change: (name: string, value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(name, value)]));
}

/** The same at every depth: fields of objects within objects and within lists; what is changed is not entered. */
export function mapNamed(
  value: unknown,
  names: ReadonlySet<string>,
  change: (value: unknown) => unknown,
): unknown {
  if (Array.isArray(value)) return value.map((item) => mapNamed(item, names, change));
  if (!isObject(value)) return value;
  return mapFields(value, (name, field) =>
    names.has(name) ? change(field) : mapNamed(field, names, change),
  );
}

/** The lists of the four upstreams: records, clusters, vaults and tenants. */
const LISTS = new Set(['clusterLogRecord', 'clusters', 'operation_logs', 'vaults', 'items', 'contents']);

/** A body with its list changed; OCP's is one level down, in `data`. A body without a list stays as it is. */
export function mapList(body: unknown, change: (list: readonly unknown[]) => unknown): unknown {
  if (!isObject(body)) return body;
  return mapFields(body, (name, field) => {
    if (name === 'data') return mapList(field, change);
    return LISTS.has(name) && Array.isArray(field) ? change(field) : field;
  });
}

/** The names of all fields that hold a time, rows and envelopes of all upstreams together. */
export const TIME_FIELDS: ReadonlySet<string> = new Set([
  ...['createAt', 'finishedAt', 'created', 'updated'],
  ...['created_at', 'started_at', 'updated_at', 'ended_at'],
  ...['creationTimestamp', 'updateTimestamp', 'completionTime', 'latestBackupTime'],
  ...['createTime', 'modifyTime', 'checkpoint', 'timestamp'],
  ...['issued_at', 'expires_at'],
]);

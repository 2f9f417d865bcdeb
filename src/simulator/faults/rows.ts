import { telltale } from '../canaries.js';
import type { FaultyExchange } from './exchange.js';
import { changeJson, DEEP, isObject, LONG, mapFields, mapList, mapNamed, TIME_FIELDS } from './json-body.js';
import { withProtoKeys } from './shapes.js';

type RowObject = Readonly<Record<string, unknown>>;
type Path = readonly string[];

/** Where all fields of a row are, those of objects within it too; lists are not entered. */
function pathsOf(object: RowObject): Path[] {
  return Object.entries(object).flatMap(([name, value]) => [
    [name],
    ...(isObject(value) ? pathsOf(value).map((path) => [name, ...path]) : []),
  ]);
}

function valueAt(object: RowObject, [name = '', ...rest]: Path): unknown {
  const value = object[name];
  return rest.length > 0 && isObject(value) ? valueAt(value, rest) : value;
}

/** The object with one field changed; undefined leaves the field out of the JSON. */
function changeAt(object: RowObject, [name, ...rest]: Path, value: unknown): RowObject {
  return mapFields(object, (field, before) => {
    if (field !== name) return before;
    return rest.length > 0 && isObject(before) ? changeAt(before, rest, value) : value;
  });
}

/** Changes another field of each row hit, so that over enough rows every field has its turn. */
function changeNth(row: RowObject, nth: number, change: (value: unknown) => unknown): object {
  const paths = pathsOf(row);
  const path = paths[nth % paths.length];
  return path === undefined ? row : changeAt(row, path, change(valueAt(row, path)));
}

/** A row without one of its fields. */
function removeField(row: RowObject, hit: number): object {
  return changeNth(row, hit, () => undefined);
}

/** A row in which one field is null. */
function nullField(row: RowObject, hit: number): object {
  return changeNth(row, hit, () => null);
}

/** A number may become a text that the gateway shows, an id for one, so that text carries no canary. */
const OF_EACH_TYPE: readonly unknown[] = [
  7.5,
  true,
  'not a number',
  [telltale('a list')],
  { unexpected: telltale('an object') },
];

/** A row in which one field has another JSON type. */
function retypeField(row: RowObject, hit: number): object {
  return changeNth(row, hit, (value) => {
    const others = OF_EACH_TYPE.filter((other) => typeOf(other) !== typeOf(value));
    return others[hit % others.length];
  });
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return value === null ? 'null' : typeof value;
}

/** A row in which one text is 1 MiB longer; a row without any text stays as it is. */
function stretchText(row: RowObject, hit: number): object {
  const paths = pathsOf(row).filter((candidate) => typeof valueAt(row, candidate) === 'string');
  const path = paths[hit % paths.length];
  return path === undefined ? row : changeAt(row, path, String(valueAt(row, path)) + LONG);
}

/** What becomes of the n-th row that is hit, from 0. */
type RowChange = (row: RowObject, hit: number) => unknown;

/** Only so many rows of an answer are made large, whatever the step: a page may have thousands. */
const LARGE_ROWS = 4;

/** A fault that puts other rows, none to many, in the place of every so many-th. */
const replaceRows =
  (replace: (row: unknown, hit: number) => readonly unknown[]) =>
  (exchange: FaultyExchange): void => {
    const step = exchange.options.rowStep ?? 2;
    const change = (list: readonly unknown[]): unknown[] =>
      list.flatMap((row, place) => (place % step === 0 ? replace(row, place / step) : [row]));
    changeJson((body) => mapList(body, change))(exchange);
  };

const changeRows = (change: RowChange): ((exchange: FaultyExchange) => void) =>
  replaceRows((row, hit) => [isObject(row) ? change(row, hit) : row]);

const changeFewRows = (change: RowChange): ((exchange: FaultyExchange) => void) =>
  changeRows((row, hit) => (hit < LARGE_ROWS ? change(row, hit) : row));

/** Neither a time by any upstream's documentation nor a moment that a JavaScript date can hold. */
const UNREADABLE_TIMES: readonly unknown[] = [
  telltale('yesterday'),
  '2026-13-45T25:61:61Z',
  '',
  8.64e15 + 1,
  1e300,
  true,
  {},
  [],
];

const NOT_OBJECTS: readonly unknown[] = [null, 7, telltale('a row'), [], true, [[telltale('a row')]], ''];

const EXTRA_FIELDS = {
  newText: telltale('a new field'),
  newNumber: 1e308,
  newFlag: true,
  newNothing: null,
  newList: [telltale('a new list'), {}],
  newObject: { inner: telltale('a new object') },
  '': 'a field without a name',
};

/** Other words for status and type. They carry no canary: the gateway may show the native status. */
const WORDS = ['ENTANGLED', 'success ', '__proto__', 'constructor', '成功', ''];
const STATUS_FIELDS = new Set(['phase']);
const TYPE_FIELDS = new Set(['jobTypes', 'operation_type', 'backupMode', 'type', 'kind']);

const pick = <T>(choices: readonly T[], hit: number): T | undefined => choices[hit % choices.length];

/** The status is a field of the row, a word or a number, or the phase within it (CCE). */
function withStatus(row: RowObject, word: unknown): object {
  return mapFields(row, (name, value) => {
    if (name !== 'status') return value;
    return isObject(value) ? mapNamed(value, STATUS_FIELDS, () => word) : word;
  });
}

/** Rows that are not as documented, among others that are (see `rowStep`). */
export const ROW_FAULTS = {
  /** Each row hit lacks another field, those within fields too. */
  'rows-missing-fields': changeRows(removeField),
  'rows-null-fields': changeRows(nullField),
  /** A field of another JSON type. */
  'rows-wrong-types': changeRows(retypeField),
  'rows-unknown-statuses': changeRows((row, hit) => withStatus(row, pick(WORDS, hit))),
  'rows-unknown-types': changeRows((row, hit) => mapNamed(row, TYPE_FIELDS, () => pick(WORDS, hit))),
  /** All times of a row. */
  'rows-unreadable-times': changeRows((row, hit) =>
    mapNamed(row, TIME_FIELDS, () => pick(UNREADABLE_TIMES, hit)),
  ),
  'rows-extra-fields': changeRows((row) => ({ ...row, ...EXTRA_FIELDS })),
  /** Served twice, one right after the other; totals do not count the second. */
  'rows-duplicated': replaceRows((row) => [row, row]),
  'rows-no-objects': replaceRows((_, hit) => [pick(NOT_OBJECTS, hit)]),
  /** A text of 1 MiB, in four rows at most. */
  'rows-long-texts': changeFewRows(stretchText),
  /** Lists within lists, 10,000 levels, in a field that nobody asked for, in four rows at most. */
  'rows-deep': changeFewRows((row) => ({ ...row, extra: DEEP })),
  'rows-proto-keys': changeRows(withProtoKeys),
} as const;

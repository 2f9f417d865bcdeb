import { telltale } from '../canaries.js';
import { isObject, LONG, mapFields } from './json-body.js';

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
export function removeField(row: RowObject, hit: number): object {
  return changeNth(row, hit, () => undefined);
}

/** A row in which one field is null. */
export function nullField(row: RowObject, hit: number): object {
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
export function retypeField(row: RowObject, hit: number): object {
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
export function stretchText(row: RowObject, hit: number): object {
  const paths = pathsOf(row).filter((candidate) => typeof valueAt(row, candidate) === 'string');
  const path = paths[hit % paths.length];
  return path === undefined ? row : changeAt(row, path, String(valueAt(row, path)) + LONG);
}

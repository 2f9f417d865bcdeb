import type { DriftExample, DriftLog } from '@/model/drift.js';
import { withoutSecrets } from './hidden-secrets.js';
import { Fields, rawObject, type RawObject } from './raw.js';
import { jsonType, shownWord } from './redaction.js';

/** The documented fields of an object, by name; null for one whose inside is not looked at. */
export type DocumentedFields = ReadonlyMap<string, DocumentedFields | null>;

/** The documented fields of an object, and those of the objects, or lists of objects, in some of them. */
export function documentedFields(
  names: readonly string[],
  within: Readonly<Record<string, DocumentedFields>> = {},
): DocumentedFields {
  return new Map([...names.map((name) => [name, null] as const), ...Object.entries(within)]);
}

/** What is known of the rows of a list. */
export interface RowShape {
  readonly documented: DocumentedFields;
  /** One of these fields must be there to tell a row from others. */
  readonly identifying: readonly string[];
}

/**
 * A reader of the row without the secrets in its texts; null when it is no object. Fields that are not documented are
 * noted, once a row.
 */
export function openRow(row: unknown, { documented }: RowShape, drift: DriftLog): Fields | null {
  const object = rawObject(row);
  if (object === null) return null;
  const unknown = findUnknown(object, documented);
  if (unknown !== null) drift.note('unknownField', () => unknown);
  return new Fields(withoutSecrets(object), drift);
}

/** Notes that a row is left out, and why: it is no object, or has none of the fields that could identify it. */
export function noteDropped(row: unknown, { identifying }: RowShape, drift: DriftLog): void {
  drift.note('droppedRow', () =>
    rawObject(row) === null
      ? { field: '(row)', found: jsonType(row) }
      : { field: identifying.join(', '), found: 'absent' },
  );
}

/** The first field that is not documented, by its path from the object on; null where there is none. */
function findUnknown(object: RawObject, documented: DocumentedFields): DriftExample | null {
  for (const name of Object.keys(object)) {
    const within = documented.get(name);
    if (within === null) continue;
    const value = (object as unknown as Readonly<Record<string, unknown>>)[name];
    if (within === undefined) return { field: shownWord(name), found: jsonType(value) };
    const unknown = findWithin(value, within);
    if (unknown !== null) return { ...unknown, field: `${name}${unknown.field}` };
  }
  return null;
}

/** Of an object or a list of objects; a list within that list is not looked at, however deep it goes. */
function findWithin(value: unknown, documented: DocumentedFields): DriftExample | null {
  if (!Array.isArray(value)) return findBehind('.', value, documented);
  for (const element of value) {
    const unknown = findBehind('[].', element, documented);
    if (unknown !== null) return unknown;
  }
  return null;
}

function findBehind(path: string, value: unknown, documented: DocumentedFields): DriftExample | null {
  const object = rawObject(value);
  const unknown = object && findUnknown(object, documented);
  return unknown && { ...unknown, field: `${path}${unknown.field}` };
}

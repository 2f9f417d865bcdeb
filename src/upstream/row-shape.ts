import type { DriftExample, DriftLog } from '@/model/drift.js';
import { Fields, rawObject } from './raw.js';
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

/** A reader of the row; null when it is no object. Fields that are not documented are noted, once a row. */
export function openRow(row: unknown, { documented }: RowShape, drift: DriftLog): Fields | null {
  const object = rawObject(row);
  if (object === null) return null;
  const unknown = findUnknown(object, documented, '');
  if (unknown !== null) drift.note('unknownField', () => unknown);
  return new Fields(object, drift);
}

/** Notes that a row is left out, and why: it is no object, or has none of the fields that could identify it. */
export function noteDropped(row: unknown, { identifying }: RowShape, drift: DriftLog): void {
  drift.note('droppedRow', () =>
    rawObject(row) === null
      ? { field: '(row)', found: jsonType(row) }
      : { field: identifying.join(', '), found: 'absent' },
  );
}

function findUnknown(object: object, documented: DocumentedFields, prefix: string): DriftExample | null {
  for (const [name, value] of Object.entries(object) as [string, unknown][]) {
    const within = documented.get(name);
    if (within === undefined) return { field: `${prefix}${shownWord(name)}`, found: jsonType(value) };
    const unknown = within && findWithin(value, within, `${prefix}${name}`);
    if (unknown !== null) return unknown;
  }
  return null;
}

function findWithin(value: unknown, documented: DocumentedFields, path: string): DriftExample | null {
  if (!Array.isArray(value)) {
    const object = rawObject(value);
    return object && findUnknown(object, documented, `${path}.`);
  }
  for (const element of value) {
    const unknown = findWithin(element, documented, `${path}[]`);
    if (unknown !== null) return unknown;
  }
  return null;
}

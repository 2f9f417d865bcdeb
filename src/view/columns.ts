import type { OrderField } from '@/model/order.js';
import type { Steps } from '@/scheduling/cooperative.js';
import type { Task } from '@/model/task.js';
import { applyEdit, type Edit } from './edit.js';

/** What a filter or a summary looks at besides times. */
export type CodedField =
  | 'status'
  | 'type'
  | 'trigger'
  | 'hasWarnings'
  | 'resourceId'
  | 'resourceName'
  | 'clusterId'
  | 'resource'
  | 'cluster';

export type CodedValue = string | boolean | null;

/** One field of a feed's tasks: each value once, and for each row a code, the position of its value. */
export interface CodedColumn {
  readonly codes: Uint32Array | Uint8Array;
  readonly values: readonly CodedValue[];
}

const READ: Readonly<Record<CodedField, (task: Task) => CodedValue>> = {
  status: (task) => task.status,
  type: (task) => task.type,
  trigger: (task) => task.trigger,
  hasWarnings: (task) => task.warnings.length > 0,
  resourceId: (task) => task.resource?.id ?? null,
  resourceName: (task) => task.resource?.name ?? null,
  clusterId: (task) => task.cluster?.id ?? null,
  resource: ({ resource }) => resource && JSON.stringify([resource.type, resource.id, resource.name]),
  cluster: ({ cluster }) => cluster && JSON.stringify([cluster.id, cluster.name]),
};

/** The gateway's own words: fewer than 256 values. */
const FEW_VALUES: ReadonlySet<CodedField> = new Set(['status', 'type', 'trigger', 'hasWarnings']);

/** Unused values are dropped when there are more of them than rows, and more than these. */
const MOST_UNUSED = 256;

/** The times of a field in epoch milliseconds; NaN where a task has none. */
export function timeColumn(field: OrderField, edit: Edit, before: Float64Array | null): Steps<Float64Array> {
  const columns = { before: before ?? new Float64Array(), after: new Float64Array(edit.rows.length) };
  return applyEdit(edit, columns, ({ task }) => {
    const time = task[field];
    return time === null ? NaN : Date.parse(time);
  });
}

/** Durations in seconds; NaN where a task has none. */
export function durationColumn(edit: Edit, before: Float64Array | null): Steps<Float64Array> {
  const columns = { before: before ?? new Float64Array(), after: new Float64Array(edit.rows.length) };
  return applyEdit(edit, columns, ({ task }) => task.durationSeconds ?? NaN);
}

/** A field's values, coded. The values of `before` keep their codes. */
export function* codedColumn(field: CodedField, edit: Edit, before: CodedColumn | null): Steps<CodedColumn> {
  const dictionary = new Dictionary(before?.values ?? []);
  const read = READ[field];
  const columns = {
    before: before?.codes ?? newCodes(field, 0),
    after: newCodes(field, edit.rows.length),
  };
  const codes = yield* applyEdit(edit, columns, ({ task }) => dictionary.codeOf(read(task)));
  return { codes, values: dictionary.values };
}

function newCodes(field: CodedField, length: number): CodedColumn['codes'] {
  return FEW_VALUES.has(field) ? new Uint8Array(length) : new Uint32Array(length);
}

/** True if so many of its values are unused that it is better made anew. */
export function hasManyUnusedValues({ values }: CodedColumn, rows: number): boolean {
  return values.length > 2 * rows + MOST_UNUSED;
}

class Dictionary {
  readonly values: CodedValue[];
  readonly #codes: Map<CodedValue, number>;

  constructor(known: readonly CodedValue[]) {
    this.values = [...known];
    this.#codes = new Map(known.map((value, code) => [value, code]));
  }

  codeOf(value: CodedValue): number {
    let code = this.#codes.get(value);
    if (code === undefined) {
      code = this.values.push(value) - 1;
      this.#codes.set(value, code);
    }
    return code;
  }
}

import { orderField, USUAL_ORDER, type OrderField, type TaskOrder } from '@/model/order.js';
import { runCooperatively, type Steps } from '@/scheduling/cooperative.js';
import type { TaskRow } from '@/model/task.js';
import {
  codedColumn,
  durationColumn,
  hasManyUnusedValues,
  timeColumn,
  type CodedColumn,
  type CodedField,
} from './columns.js';
import { firstEdit, type Edit } from './edit.js';
import { idHashColumn } from './id-hashes.js';
import { sortedPositions } from './sorted-positions.js';

/** A value, or a promise of it while it is being made. */
export type Eventual<T> = T | Promise<T>;

/** Where rows come from: the index of those before, and what was changed in these. */
export interface Origin {
  readonly before: FeedIndex;
  readonly edit: Edit;
}

/**
 * What questions look at of one feed's rows, made when it is first asked for: columns of typed arrays, and the positions
 * of the rows in each order. What the rows before had is brought up to date instead of made anew.
 */
export class FeedIndex {
  readonly #columns = new Map<string, Eventual<object>>();
  /** The columns of the rows before, until they are asked for or there are newer rows. */
  readonly #before: ReadonlyMap<string, object>;
  /** How the rows came from those before. */
  readonly edit: Edit;

  /** `serial` tells indexes apart. */
  constructor(
    readonly serial: number,
    readonly rows: readonly TaskRow[],
    origin: Origin | null,
  ) {
    this.edit = origin?.edit ?? firstEdit(rows);
    this.#before = origin === null ? new Map() : origin.before.#ready();
  }

  times(field: OrderField): Eventual<Float64Array> {
    return this.#column<Float64Array>(field, (edit, before) => timeColumn(field, edit, before));
  }

  /** In seconds. */
  durations(): Eventual<Float64Array> {
    return this.#column<Float64Array>('durationSeconds', durationColumn);
  }

  codes(field: CodedField): Eventual<CodedColumn> {
    return this.#column<CodedColumn>(field, (edit, before) =>
      before !== null && hasManyUnusedValues(before, this.rows.length)
        ? codedColumn(field, firstEdit(this.rows), null)
        : codedColumn(field, edit, before),
    );
  }

  idHashes(): Eventual<Float64Array> {
    return this.#column<Float64Array>('id', idHashColumn);
  }

  /** The positions of the rows along an order; null where they are in that order. */
  async positions(order: TaskOrder): Promise<Uint32Array | null> {
    if (order === USUAL_ORDER) return null;
    const times = await this.times(orderField(order));
    return this.#column<Uint32Array>(order, (edit, before) =>
      sortedPositions(edit, { order, times, before }),
    );
  }

  /** Made once for all who ask meanwhile. */
  #column<Column extends object>(
    name: string,
    make: (edit: Edit, before: Column | null) => Steps<Column>,
  ): Eventual<Column> {
    const known = this.#columns.get(name);
    if (known !== undefined) return known as Eventual<Column>;
    const before = (this.#before.get(name) as Column | undefined) ?? null;
    const making = this.#make(name, make(before === null ? firstEdit(this.rows) : this.edit, before));
    this.#columns.set(name, making);
    return making;
  }

  /** What cannot be made is not remembered, so that it is tried again. */
  async #make<Column extends object>(name: string, steps: Steps<Column>): Promise<Column> {
    try {
      const column = await runCooperatively(steps);
      this.#columns.set(name, column);
      return column;
    } catch (error) {
      this.#columns.delete(name);
      throw error;
    }
  }

  #ready(): ReadonlyMap<string, object> {
    return new Map([...this.#columns].filter(([, column]) => !(column instanceof Promise)));
  }
}

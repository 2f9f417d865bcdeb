import type { GroupField } from '@/model/summary.js';
import type { CodedValue } from '../columns.js';

/** A resource as the key of a group shows it. */
export interface ResourceKey {
  readonly source: string;
  readonly type: string | null;
  readonly id: string | null;
  readonly name: string | null;
}

/** A cluster as the key of a group shows it. */
export interface ClusterKey {
  readonly id: string;
  readonly name: string | null;
}

/** What a task says of one field of a key. */
export interface Identified {
  /** The same text for values that belong to one group. */
  readonly identity: string | null;
  /** The name of a resource or cluster that is identified by something else. */
  readonly name: string | null;
}

/** Reads a value of a coded column, of a task of that source. */
export function identify(field: GroupField, value: CodedValue, source: string): Identified {
  if (value === null) return { identity: null, name: null };
  const text = String(value);
  if (field === 'cluster') {
    const [id, name] = JSON.parse(text) as [string, string | null];
    return { identity: JSON.stringify([source, id]), name };
  }
  if (field !== 'resource') return { identity: text, name: null };
  const [type, id, name] = JSON.parse(text) as [string | null, string | null, string | null];
  if (id === null) return { identity: JSON.stringify([source, type, id, name]), name: null };
  return { identity: JSON.stringify([source, type, id]), name };
}

/** A value of a key as it is shown, and what it is sorted by. */
export interface KeyValue {
  readonly shown: string | ResourceKey | ClusterKey | null;
  readonly sortedBy: readonly (string | null)[];
}

/** What an identity stands for. */
export function keyValue(field: GroupField, identity: string | null, names: NewestNames): KeyValue {
  if (identity === null) return { shown: null, sortedBy: [null] };
  if (field === 'cluster') {
    const [, id] = JSON.parse(identity) as [string, string];
    const name = names.of(identity);
    return { shown: { id, name }, sortedBy: [id, name] };
  }
  if (field !== 'resource') return { shown: identity, sortedBy: [identity] };
  const [source, type, id, ownName] = JSON.parse(identity) as [string, string | null, string | null, string?];
  const name = ownName ?? names.of(identity);
  return { shown: { source, type, id, name }, sortedBy: [source, type, id, name] };
}

/** The task that a name is of. */
interface Naming {
  readonly name: string;
  /** Of its creation; NaN where that is not known. */
  readonly createdMs: number;
  readonly taskId: string;
}

/** By identity the name that the newest task tells, of those that tell one. */
export class NewestNames {
  readonly #namings = new Map<string, Naming>();

  get size(): number {
    return this.#namings.size;
  }

  of(identity: string): string | null {
    return this.#namings.get(identity)?.name ?? null;
  }

  add(identity: string, naming: Naming): void {
    const known = this.#namings.get(identity);
    if (known === undefined || isNewer(naming, known)) this.#namings.set(identity, naming);
  }

  addAll(other: NewestNames): void {
    for (const [identity, naming] of other.#namings) this.add(identity, naming);
  }
}

/** As in the usual order of tasks: those without a time are the oldest, ties by id. */
function isNewer(a: Naming, b: Naming): boolean {
  const [madeA, madeB] = [a, b].map(({ createdMs }) => (Number.isNaN(createdMs) ? -Infinity : createdMs));
  return madeA === madeB ? a.taskId < b.taskId : madeA! > madeB!;
}

import { createHash } from 'node:crypto';
import { Heap } from '@/view/heap.js';

/** What lists of resources are ordered by. Each order is total: where all else is equal, by a hash of the id. */
export interface SortKey {
  /** The smallest comes first. */
  readonly rank: number;
  /** null comes last. Only its beginning counts. */
  readonly name: string | null;
  readonly id: string;
}

/** A position between two resources: everything up to it has been shown. It need not be the position of one that still exists. */
export interface ListPosition {
  readonly rank: number;
  readonly name: string | null;
  readonly idHash: string;
}

/** As much of a name as a page token holds. */
const MOST_CHARACTERS = 48;
const HASH_CHARACTERS = 16;

/** Negative where `a` comes first. */
export function compareKeys(a: SortKey, b: SortKey): number {
  return compare(a, b, () => hashOf(b.id));
}

/** Positive where the key comes after the position. */
function compareToPosition(key: SortKey, position: ListPosition): number {
  return compare(key, position, () => position.idHash);
}

/** Hashes are made only where they decide. */
function compare(a: SortKey, b: Pick<SortKey, 'rank' | 'name'>, idHash: () => string): number {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return compareNames(a.name, b.name) || compareTexts(hashOf(a.id), idHash());
}

export function positionOf({ rank, name, id }: SortKey): ListPosition {
  return { rank, name: name === null ? null : beginningOf(name), idHash: hashOf(id) };
}

/** Keeps the first ones in order of all that it is shown, without sorting the others. */
class FirstInOrder<T extends SortKey> {
  /** The last of those that are kept is the first of the heap: the next better one takes its place. */
  readonly #kept = new Heap<T>((a, b) => compareKeys(a, b) > 0);
  #size = 0;

  constructor(private readonly count: number) {}

  add(key: T): void {
    const last = this.#kept.first;
    if (this.#size < this.count) this.#size += 1;
    else if (last === undefined || compareKeys(key, last) >= 0) return;
    else this.#kept.removeFirst();
    this.#kept.push(key);
  }

  /** Takes them out, in order. */
  take(): T[] {
    const first: T[] = [];
    for (let last = this.#kept.first; last !== undefined; last = this.#kept.first) {
      first.push(last);
      this.#kept.removeFirst();
    }
    return first.reverse();
  }
}

/** Finds a page among many, of which it keeps few. */
export class PageCut<T extends SortKey> {
  /** How many there are on all pages. */
  totalSize = 0;
  #left = 0;
  /** How many there are up to the end of the page, from the position on. */
  readonly #count: number;
  readonly #first: FirstInOrder<T>;

  /** Pages have numbers from 1, or go on after a position; else it is the first page. */
  constructor(
    private readonly wanted: { readonly page: number | null; readonly pageSize: number },
    private readonly after: ListPosition | null,
  ) {
    this.#count = (wanted.page ?? 1) * wanted.pageSize;
    this.#first = new FirstInOrder(this.#count);
  }

  add(key: T): void {
    this.totalSize += 1;
    if (this.after !== null && compareToPosition(key, this.after) <= 0) return;
    this.#left += 1;
    this.#first.add(key);
  }

  /** To be called once. */
  cut(): { readonly entries: readonly T[]; readonly hasMore: boolean } {
    const first = this.#first.take();
    return { entries: first.slice(this.#count - this.wanted.pageSize), hasMore: this.#left > this.#count };
  }
}

/** A position as text of at most 255 bytes. */
export function packPosition({ rank, name, idHash }: ListPosition): string {
  return [String(rank), idHash, ...(name === null ? [] : [name])].join(' ');
}

/** null for a text that is not of `packPosition`. */
export function unpackPosition(text: string): ListPosition | null {
  const match = /^(-?[\d.e+-]+|-?Infinity) (\S{16})(?: (.*))?$/s.exec(text);
  if (match === null) return null;
  const [, rank, idHash = '', name = null] = match;
  return { rank: Number(rank), name, idHash };
}

function compareNames(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return compareTexts(beginningOf(a), beginningOf(b));
}

function beginningOf(name: string): string {
  return name.length <= MOST_CHARACTERS ? name : name.slice(0, MOST_CHARACTERS).toWellFormed();
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, HASH_CHARACTERS);
}

import type { JsonText } from '@/model/json-text.js';

/** A container that is open where a part of a JSON text ends. */
export interface OpenContainer {
  readonly closer: ']' | '}';
  /** Where in the part the key that it stands under begins and ends, in bytes; of no meaning in a list. */
  readonly keyStart: number;
  readonly keyEnd: number;
}

type Container = unknown[] | Record<string, unknown>;

/** Joins the parts of a JSON text, which is cut at commas, to the value that the whole of it spells. */
export class JsonParts {
  #value: unknown;
  /** Open after the last part, outermost first. */
  readonly #open: Container[] = [];

  /** What the parts so far spell. */
  get value(): unknown {
    return this.#value;
  }

  /** What closes the innermost open container; undefined where none is open. */
  get closer(): OpenContainer['closer'] | undefined {
    const innermost = this.#open.at(-1);
    return innermost && closerOf(innermost);
  }

  /** How many containers are open. */
  get depth(): number {
    return this.#open.length;
  }

  /**
   * Reads a part: the first begins with the text, each other one behind a comma of the innermost open container, and
   * ends where the containers that it opened are. In place of each row the part has a list with the row's number, that
   * in two more where the row is in no list, and no other list within a list. Throws SyntaxError where the text cannot be of JSON.
   */
  add(bytes: Buffer, opened: readonly OpenContainer[], rows: readonly JsonText[] = []): void {
    const base = this.#open.at(-1);
    const read = parse(bytes, base, opened);
    if (rows.length > 0) insertRows(read, rows);
    const entered = enter(read, bytes, base === undefined ? opened.slice(1) : opened);
    if (base === undefined) this.#value = read;
    else append(base, read);
    if (base === undefined && opened.length > 0) this.#open.push(read as Container);
    this.#open.push(...entered);
    const innermost = entered.at(-1) ?? read;
    // There is something on both sides of a comma.
    if (this.#open.length > 0 && sizeOf(innermost) === 0) throw new SyntaxError('nothing before a comma');
  }

  /** Leaves the innermost open container. Throws SyntaxError where it is closed in another way. */
  close(closer: string): void {
    const innermost = this.#open.pop();
    if (innermost === undefined || closerOf(innermost) !== closer) throw new SyntaxError('not open');
  }
}

function parse(bytes: Buffer, base: Container | undefined, opened: readonly OpenContainer[]): unknown {
  const text = bytes.toString();
  const ends = opened.map(({ closer }) => closer).reverse();
  if (base === undefined) return JSON.parse(`${withoutMark(text)}${ends.join('')}`) as unknown;
  const [start, end] = Array.isArray(base) ? ['[', ']'] : ['{', '}'];
  return JSON.parse(`${start}${text}${ends.join('')}${end}`) as unknown;
}

/** A byte order mark is no JSON, and is sent nevertheless. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** The containers within `value` that are open, each the last one in the one before. */
function enter(value: unknown, bytes: Buffer, opened: readonly OpenContainer[]): Container[] {
  let container = value as Container;
  return opened.map(({ keyStart, keyEnd }) => {
    const inner = Array.isArray(container)
      ? container.at(-1)
      : container[JSON.parse(bytes.toString('utf8', keyStart, keyEnd)) as string];
    container = inner as Container;
    return container;
  });
}

function append(base: Container, read: unknown): void {
  if (Array.isArray(base)) {
    for (const element of read as unknown[]) base.push(element);
    return;
  }
  for (const [key, value] of Object.entries(read as Record<string, unknown>)) {
    // An assignment to `__proto__` would not make a field.
    if (key === '__proto__')
      Object.defineProperty(base, key, { value, writable: true, enumerable: true, configurable: true });
    else base[key] = value;
  }
}

/** Puts the rows where their numbers stand. */
function insertRows(value: unknown, rows: readonly JsonText[]): void {
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      if (Array.isArray(element)) value[index] = rows[element[0] as number];
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value as Record<string, unknown>)) {
      const record = recordNumber(inner);
      if (record === null) insertRows(inner, rows);
      else (value as Record<string, unknown>)[name] = rows[record];
    }
  }
}

/** The number of the row that a field holds by itself: it stands in three lists. */
function recordNumber(value: unknown): number | null {
  const inner = Array.isArray(value) ? (value[0] as unknown) : null;
  const innermost = Array.isArray(inner) ? (inner[0] as unknown) : null;
  return Array.isArray(innermost) ? (innermost[0] as number) : null;
}

function closerOf(container: Container): OpenContainer['closer'] {
  return Array.isArray(container) ? ']' : '}';
}

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : Object.keys(value as object).length;
}

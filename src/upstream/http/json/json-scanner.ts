export const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Up to here looking at each byte is fastest; beyond, calling for a search is. */
const SHORT_STRING_BYTES = 64;

/** Each has a one for the bytes that are looked for. */
const MARKS = tableOf((byte) => '",[]{}'.includes(byte));
const NO_BLANKS = tableOf((byte) => !' \t\n\r'.includes(byte));

/** Finds the marks of a JSON text that arrives in chunks: quotes, commas and brackets, but for what is in strings. */
export class JsonScanner {
  #inString = false;
  #escaped = false;

  get inString(): boolean {
    return this.#inString;
  }

  /** The index of the next mark from `from` on, or the chunk's length. Each index must be given to it once. */
  next(chunk: Buffer, from: number): number {
    const at = this.#inString ? this.#endOfString(chunk, from) : find(MARKS, chunk, from);
    if (chunk[at] === QUOTE) this.#inString = !this.#inString;
    return at;
  }

  #endOfString(chunk: Buffer, from: number): number {
    const at = endOfString(chunk, this.#escaped ? from + 1 : from);
    this.#escaped = at > chunk.length;
    return Math.min(at, chunk.length);
  }
}

/** The first index from `from` on that holds no blank, or the chunk's length. */
export function endOfBlanks(chunk: Buffer, from: number): number {
  return find(NO_BLANKS, chunk, from);
}

function tableOf(isWanted: (byte: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (isWanted(String.fromCharCode(byte)) ? 1 : 0));
}

/** The first index from `from` on whose byte is one of those looked for, or the chunk's length. */
function find(wanted: Uint8Array, chunk: Buffer, from: number): number {
  let at = from;
  while (at < chunk.length && wanted[chunk[at] ?? 0] === 0) at += 1;
  return at;
}

/** The index of the next quote that is not escaped; else the chunk's length, or one more where an escape is cut. */
function endOfString(chunk: Buffer, from: number): number {
  let at = from;
  let quote = from;
  for (;;) {
    const nearEnd = Math.min(at + SHORT_STRING_BYTES, chunk.length);
    for (; at < nearEnd && chunk[at] !== QUOTE; at += 1) {
      if (chunk[at] === BACKSLASH) at += 1;
    }
    if (at < nearEnd || at >= chunk.length) return at;
    if (quote <= at) quote = indexOr(chunk.length, chunk.indexOf(QUOTE, at));
    at += indexOr(quote - at, chunk.subarray(at, quote).indexOf(BACKSLASH));
    if (at === quote) return at;
  }
}

function indexOr(otherwise: number, index: number): number {
  return index < 0 ? otherwise : index;
}

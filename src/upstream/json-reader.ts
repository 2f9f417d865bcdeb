import type { Steps } from '@/model/slices.js';
import { JsonParts, type OpenContainer } from './json-parts.js';

export interface JsonBounds {
  /** A part ends at the first comma after so many bytes; a shorter text is read at once. */
  readonly partBytes: number;
  /** A text without a comma in so many bytes is not read. */
  readonly longestPartBytes: number;
  /** Commas and brackets: each stands for a value that takes memory, however few bytes spell it. */
  readonly mostMarks: number;
}

const USUAL_BOUNDS: JsonBounds = {
  partBytes: 128 * 1024,
  longestPartBytes: 4 * 1024 * 1024,
  mostMarks: 8_000_000,
};

/** As many levels as recursion can follow with ease; no upstream nests more than ten. */
const MOST_LEVELS = 1000;

/** Up to here looking at each byte is fastest; beyond, calling for a search is. */
const SHORT_STRING_BYTES = 64;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const CLOSERS: ReadonlyMap<number, OpenContainer['closer']> = new Map([
  [0x5b, ']'],
  [0x7b, '}'],
]);
const BLANKS = ' \t\n\r';
/** Each has a one for the bytes that are looked for. */
const MARKS = Uint8Array.from({ length: 256 }, (_, byte) =>
  '",[]{}'.includes(String.fromCharCode(byte)) ? 1 : 0,
);
const NO_BLANKS = Uint8Array.from({ length: 256 }, (_, byte) =>
  BLANKS.includes(String.fromCharCode(byte)) ? 0 : 1,
);

type State = 'reading' | 'behind-container' | 'whole' | 'broken' | 'beyond-bounds';

/**
 * Reads a JSON text while it arrives. The value is that of `JSON.parse`, by which each part of the text is read; of
 * the text no more than a part is kept, and no step takes more than about a millisecond.
 */
export class JsonReader {
  readonly #parts = new JsonParts();
  /** The part under way: its bytes, their number, and what it has opened, outermost first. */
  #chunks: Buffer[] = [];
  #length = 0;
  #opened: OpenContainer[] = [];
  /** Where in the part the last string is. */
  #stringStart = 0;
  #stringEnd = 0;
  #inString = false;
  #escaped = false;
  #marks = 0;
  #state: State = 'reading';

  constructor(private readonly bounds: JsonBounds = USUAL_BOUNDS) {}

  /** True once no value can come of it, whatever follows. */
  get isBroken(): boolean {
    return this.#state === 'broken' || this.isBeyondBounds;
  }

  /** True once it is broken because of the bounds. */
  get isBeyondBounds(): boolean {
    return this.#state === 'beyond-bounds';
  }

  /** Takes the next bytes, which must not change any more. */
  *push(chunk: Buffer): Steps<void> {
    for (let at = 0; at < chunk.length && !this.isBroken;) {
      at = this.#state === 'reading' ? this.#read(chunk, at) : this.#skipBlanks(chunk, at);
      if (at < chunk.length) yield;
    }
  }

  /**
   * The value, when all bytes were pushed; undefined where they spell none (an HTML page, for one), one nested
   * deeper than 1,000 levels, or one beyond the bounds.
   */
  end(): unknown {
    if (this.#state === 'reading' && this.#depth === 0) {
      this.#endPart();
      this.#enter('whole');
    }
    return this.#state === 'whole' ? this.#parts.value : undefined;
  }

  /** Reads up to the end of the part, or of the chunk. Answers where to go on. */
  #read(chunk: Buffer, from: number): number {
    const start = this.#length - from;
    for (let at = from; at < chunk.length; at += 1) {
      at = this.#inString ? this.#skipString(chunk, at) : find(MARKS, chunk, at);
      const byte = chunk[at];
      if (byte === undefined) break;
      if (byte === QUOTE) this.#turnString(start + at);
      else if (this.#endsPart(byte, start + at)) return this.#cut(chunk, from, at);
    }
    this.#hold(chunk.subarray(from));
    return chunk.length;
  }

  /** The index of the quote that ends the string, or the chunk's length. */
  #skipString(chunk: Buffer, from: number): number {
    const at = endOfString(chunk, this.#escaped ? from + 1 : from);
    this.#escaped = at > chunk.length;
    return Math.min(at, chunk.length);
  }

  #turnString(position: number): void {
    if (this.#inString) this.#stringEnd = position + 1;
    else this.#stringStart = position;
    this.#inString = !this.#inString;
  }

  /** Takes a comma or bracket in. True where the part ends there. */
  #endsPart(byte: number, position: number): boolean {
    this.#marks += 1;
    if (byte === COMMA) return this.#depth > 0 && position >= this.bounds.partBytes;
    const closer = CLOSERS.get(byte);
    if (closer === undefined) return this.#opened.pop() === undefined || this.#depth === 0;
    this.#opened.push({ closer, keyStart: this.#stringStart, keyEnd: this.#stringEnd });
    if (this.#depth > MOST_LEVELS) this.#state = 'broken';
    return this.isBroken;
  }

  get #depth(): number {
    return this.#parts.depth + this.#opened.length;
  }

  /** Ends the part at a comma or bracket. Answers where to go on. */
  #cut(chunk: Buffer, from: number, at: number): number {
    if (this.isBroken) return at;
    const isRoot = this.#parts.depth === 0 && chunk[at] !== COMMA;
    this.#hold(chunk.subarray(from, isRoot ? at + 1 : at));
    this.#endPart();
    if (isRoot) this.#enter('whole');
    else if (chunk[at] !== COMMA) this.#leaveContainer(chunk, at);
    return at + 1;
  }

  #hold(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    const { longestPartBytes, mostMarks } = this.bounds;
    if (this.#length > longestPartBytes || this.#marks > mostMarks) this.#enter('beyond-bounds');
  }

  #endPart(): void {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    this.#try(() => {
      this.#parts.add(bytes ?? Buffer.concat(this.#chunks), this.#opened);
    });
    this.#chunks = [];
    this.#length = 0;
    this.#opened = [];
  }

  /** Behind a container of an earlier part: only a comma or the end of the next container may come. */
  #skipBlanks(chunk: Buffer, from: number): number {
    const at = find(NO_BLANKS, chunk, from);
    if (at === chunk.length) return at;
    if (this.#state === 'whole') this.#state = 'broken';
    else if (chunk[at] === COMMA) this.#enter('reading');
    else this.#leaveContainer(chunk, at);
    return at + 1;
  }

  #leaveContainer(chunk: Buffer, at: number): void {
    this.#try(() => {
      this.#parts.close(chunk.toString('latin1', at, at + 1));
    });
    this.#enter(this.#parts.depth === 0 ? 'whole' : 'behind-container');
  }

  #enter(state: State): void {
    if (!this.isBroken) this.#state = state;
  }

  #try(step: () => void): void {
    if (this.isBroken) return;
    try {
      step();
    } catch {
      this.#state = 'broken';
    }
  }
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

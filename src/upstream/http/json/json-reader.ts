import type { Steps } from '@/scheduling/cooperative.js';
import { JsonParts, type OpenContainer } from './json-parts.js';
import { JsonRow } from './json-row.js';
import { endOfBlanks, JsonScanner, QUOTE } from './json-scanner.js';
import type { JsonText } from '@/model/json-text.js';
import type { KnownRecords } from '@/model/provider.js';

export interface JsonBounds {
  /** A part ends at the first comma after so many bytes, rows included; a shorter text is read at once. */
  readonly partBytes: number;
  /** A text without a comma in so many bytes, or a row of so many, is not read. */
  readonly longestPartBytes: number;
  /** Commas and brackets outside rows, and those around them: each stands for a value that takes memory. */
  readonly mostMarks: number;
  /** Commas and brackets in one row. */
  readonly mostRowMarks: number;
}

const USUAL_BOUNDS: JsonBounds = {
  partBytes: 128 * 1024,
  longestPartBytes: 4 * 1024 * 1024,
  // Three a row: some 330,000 rows, where the largest body that is read has some 200,000 of usual size.
  mostMarks: 1_000_000,
  // A cluster of OCP with 120,000 standby clusters has 360,000, and takes some 20 ms to parse.
  mostRowMarks: 500_000,
};

/** As many levels as recursion can follow with ease; no upstream nests more than ten. */
const MOST_LEVELS = 1000;
/** However short they are. */
const MOST_ROWS_A_PART = 1024;

/** A character takes two bytes at the most, however it was sent: one, or two where its text has others than Latin ones. */
const MOST_BYTES_A_BYTE = 2;
/** What a field of an object with very many takes while it grows, name and all; and what anything else takes. */
const MOST_BYTES_A_FIELD = 256;
const MOST_BYTES_A_MARK = 64;

const COMMA = 0x2c;
const CLOSERS: ReadonlyMap<number, OpenContainer['closer']> = new Map([
  [0x5b, ']'],
  [0x7b, '}'],
]);

type State = 'reading' | 'in-row' | 'behind-container' | 'whole' | 'broken' | 'beyond-bounds';

/** What is told of the rows in a text. */
export interface RowsOptions {
  /** The field of the outermost object that holds one row by itself, in no list. */
  readonly recordField?: string | null;
  /** A row with the text of one of these is that one's record. */
  readonly known?: KnownRecords | undefined;
}

/**
 * Reads a JSON text while it arrives. The value is that of `JSON.parse`, but that the objects and lists in a list which
 * is in no other are left as `JsonText`: a page of rows is kept as the texts of its rows. Of the text around them no
 * more than a part is kept, and no step takes more than about a millisecond.
 */
export class JsonReader {
  readonly #parts = new JsonParts();
  readonly #scanner = new JsonScanner();
  /** The part under way: its bytes, their number, the rows that stand in it, and what it has opened, outermost first. */
  #chunks: Buffer[] = [];
  #length = 0;
  #rows: JsonText[] = [];
  #rowBytes = 0;
  #opened: OpenContainer[] = [];
  #row: JsonRow | null = null;
  #isRecord = false;
  /** Where in the part the last string is. */
  #stringStart = 0;
  #stringEnd = 0;
  #marks = 0;
  /** Those of the marks that are commas in an object. */
  #fields = 0;
  #bytes = 0;
  #state: State = 'reading';

  constructor(
    private readonly bounds: JsonBounds = USUAL_BOUNDS,
    private readonly rowsOptions: RowsOptions = {},
  ) {}

  /** True once no value can come of it, whatever follows. */
  get isBroken(): boolean {
    return this.#state === 'broken' || this.isBeyondBounds;
  }

  /** True once it is broken because of the bounds. */
  get isBeyondBounds(): boolean {
    return this.#state === 'beyond-bounds';
  }

  /** The most bytes of memory that what was read takes. */
  get heldBytes(): number {
    const fieldBytes = this.#fields * (MOST_BYTES_A_FIELD - MOST_BYTES_A_MARK);
    return this.#bytes * MOST_BYTES_A_BYTE + this.#marks * MOST_BYTES_A_MARK + fieldBytes;
  }

  /** Takes the next bytes, which must not change any more. */
  *push(chunk: Buffer): Steps<void> {
    for (let at = 0; at < chunk.length && !this.isBroken;) {
      at = this.#step(chunk, at);
      // Behind a part there are none.
      if (at < chunk.length && this.#rows.length === 0) yield;
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

  #step(chunk: Buffer, at: number): number {
    if (this.#state === 'reading') return this.#read(chunk, at);
    return this.#row === null ? this.#skipBlanks(chunk, at) : this.#readRow(this.#row, chunk, at);
  }

  /** Reads up to the end of the part, the beginning of a row, or the end of the chunk. Answers where to go on. */
  #read(chunk: Buffer, from: number): number {
    const start = this.#length - from;
    for (let at = from; at < chunk.length; at += 1) {
      at = this.#scanner.next(chunk, at);
      const byte = chunk[at];
      if (byte === undefined) break;
      if (byte === QUOTE) this.#noteString(start + at);
      else if (this.#beginsRow(byte, chunk.subarray(from, at))) return this.#beginRow(chunk, from, at);
      else if (this.#endsPart(byte, start + at)) return this.#cut(chunk, from, at);
    }
    this.#hold(chunk.subarray(from));
    return chunk.length;
  }

  #noteString(position: number): void {
    if (this.#scanner.inString) this.#stringStart = position;
    else this.#stringEnd = position + 1;
  }

  #beginsRow(byte: number, before: Buffer): boolean {
    if (!CLOSERS.has(byte)) return false;
    this.#isRecord = this.#depth === 1 && this.#innermost === '}' && this.#isAtRecord(before);
    return this.#isRecord || this.#innermost === ']';
  }

  /** Whether the last string is the name of the field that holds a record. */
  #isAtRecord(before: Buffer): boolean {
    const { recordField = null } = this.rowsOptions;
    if (recordField === null) return false;
    const part = Buffer.concat([...this.#chunks, before]);
    return part.toString('utf8', this.#stringStart, this.#stringEnd) === JSON.stringify(recordField);
  }

  get #innermost(): OpenContainer['closer'] | undefined {
    return this.#opened.at(-1)?.closer ?? this.#parts.closer;
  }

  #beginRow(chunk: Buffer, from: number, at: number): number {
    this.#hold(chunk.subarray(from, at));
    const { longestPartBytes, mostRowMarks } = this.bounds;
    const mostLevels = MOST_LEVELS - this.#depth;
    this.#row = new JsonRow(this.#scanner, { longestPartBytes, mostRowMarks, mostLevels });
    this.#enter('in-row');
    return this.#readRow(this.#row, chunk, at);
  }

  #readRow(row: JsonRow, chunk: Buffer, from: number): number {
    const at = row.push(chunk, from);
    this.#bytes += at - from;
    this.#rowBytes += at - from;
    if (row.isTooDeep) this.#enter('broken');
    if (row.isBeyondBounds) this.#enter('beyond-bounds');
    if (row.isWhole) this.#endRow(row);
    return at;
  }

  /** In the part, a list with the row's number stands in its place; for a record, that list in two more. */
  #endRow(row: JsonRow): void {
    this.#row = null;
    this.#marks += 2;
    this.#enter('reading');
    this.#try(() => {
      const number = this.#rows.length;
      this.#hold(Buffer.from(this.#isRecord ? `[[[${number}]]]` : `[${number}]`));
      this.#rows.push(row.text(this.rowsOptions.known));
    });
  }

  /** Takes a comma or bracket in. True where the part ends there. */
  #endsPart(byte: number, position: number): boolean {
    this.#marks += 1;
    if (byte === COMMA) {
      if (this.#innermost === '}') this.#fields += 1;
      return this.#depth > 0 && this.#isLong(position);
    }
    const closer = CLOSERS.get(byte);
    if (closer === undefined) return this.#opened.pop() === undefined || this.#depth === 0;
    this.#opened.push({ closer, keyStart: this.#stringStart, keyEnd: this.#stringEnd });
    if (this.#depth > MOST_LEVELS) this.#state = 'broken';
    return this.isBroken;
  }

  #isLong(position: number): boolean {
    return position + this.#rowBytes >= this.bounds.partBytes || this.#rows.length >= MOST_ROWS_A_PART;
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
    this.#bytes += bytes.length;
    const { longestPartBytes, mostMarks } = this.bounds;
    if (this.#length > longestPartBytes || this.#marks > mostMarks) this.#enter('beyond-bounds');
  }

  #endPart(): void {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
    this.#try(() => {
      this.#parts.add(bytes ?? Buffer.concat(this.#chunks), this.#opened, this.#rows);
    });
    this.#chunks = [];
    this.#length = 0;
    this.#rows = [];
    this.#rowBytes = 0;
    this.#opened = [];
  }

  /** Behind a container of an earlier part: only a comma or the end of the next container may come. */
  #skipBlanks(chunk: Buffer, from: number): number {
    const at = endOfBlanks(chunk, from);
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

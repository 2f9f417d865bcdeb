import { QUOTE, type JsonScanner } from './json-scanner.js';
import { JsonText } from '@/model/json-text.js';
import type { KnownRecords } from '@/model/provider.js';

const COMMA = 0x2c;

/** What bounds a row. */
export interface RowBounds {
  readonly longestPartBytes: number;
  readonly mostRowMarks: number;
  /** How deep it may be nested. */
  readonly mostLevels: number;
}

/** The bytes of a list's element, which is an object or a list, while they arrive. */
export class JsonRow {
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #levels = 0;
  #marks = 0;
  #isWhole = false;
  #isTooDeep = false;

  constructor(
    private readonly scanner: JsonScanner,
    private readonly bounds: RowBounds,
  ) {}

  get length(): number {
    return this.#length;
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  get isTooDeep(): boolean {
    return this.#isTooDeep;
  }

  get isBeyondBounds(): boolean {
    return this.#length > this.bounds.longestPartBytes || this.#marks > this.bounds.mostRowMarks;
  }

  /** Takes the bytes from `from` on, up to the row's end. The first of all must be its opening bracket. Answers where to go on. */
  push(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      at = this.scanner.next(chunk, at);
      const byte = chunk[at];
      if (byte === undefined) break;
      if (byte !== QUOTE && this.#ends(byte)) return this.#hold(chunk, from, at + 1);
    }
    return this.#hold(chunk, from, chunk.length);
  }

  /** The row when it is whole, or the record of a known row with the same text. Throws SyntaxError where it is no JSON. */
  text(known?: KnownRecords): JsonText {
    const [only] = this.#chunks;
    const bytes = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    const text = bytes.toString();
    const record = known?.get(text)?.raw;
    if (record instanceof JsonText) return record;
    JSON.parse(text);
    return new JsonText(text);
  }

  /** Takes a comma or bracket in. True where the row ends there, or need not be read any further. */
  #ends(byte: number): boolean {
    this.#marks += 1;
    if (byte === COMMA) return false;
    this.#levels += OPENERS.has(byte) ? 1 : -1;
    this.#isWhole = this.#levels === 0;
    this.#isTooDeep ||= this.#levels > this.bounds.mostLevels;
    return this.#isWhole || this.#isTooDeep;
  }

  #hold(chunk: Buffer, from: number, to: number): number {
    this.#chunks.push(chunk.subarray(from, to));
    this.#length += to - from;
    return to;
  }
}

const OPENERS: ReadonlySet<number> = new Set([0x5b, 0x7b]);

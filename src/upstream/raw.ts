import type { DriftKind, DriftLog } from '@/model/drift.js';
import { formatTime, parseTime } from '@/model/time.js';

declare const raw: unique symbol;

/** An upstream's JSON object that nobody has checked yet: its fields are read only through `Fields`. */
export interface RawObject {
  readonly [raw]: true;
}

/** The value as an unchecked object, or null when it is no JSON object. */
export function rawObject(value: unknown): RawObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawObject) : null;
}

/**
 * Reads an unchecked object field by field. A field that is absent or null answers null; one of another
 * type than asked for answers null too and is noted as drift.
 */
export class Fields {
  constructor(
    readonly object: RawObject,
    private readonly drift: DriftLog,
  ) {}

  /** A string; numbers are taken as their digits. An empty string is null: no upstream means anything by it. */
  text(name: string): string | null {
    const value = this.value(name);
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
    if (typeof value === 'string') return value === '' ? null : value;
    return this.absent(value);
  }

  /** A finite number, or a string that spells one. */
  number(name: string): number | null {
    const value = this.value(name);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    return value === '' ? null : this.absent(value);
  }

  /** A number within bounds; one outside them is null, and drift. */
  numberWithin(name: string, smallest: number, largest: number): number | null {
    const number = this.number(name);
    if (number === null || (number >= smallest && number <= largest)) return number;
    this.drift.note('wrongType');
    return null;
  }

  /** What a word of the object stands for, in any case; null, and drift of that kind, when the vocabulary lacks it. */
  meaning<T>(word: string | null, vocabulary: ReadonlyMap<string, T>, unknown: DriftKind): T | null {
    const meaning = vocabulary.get(word?.toLowerCase() ?? '');
    if (meaning === undefined) this.drift.note(unknown);
    return meaning ?? null;
  }

  /** A time in Tributary's form, written as RFC 3339. */
  rfc3339(name: string): string | null {
    return this.time(name, (value) => (typeof value === 'string' ? parseTime(value) : null));
  }

  /** A time in Tributary's form, by the upstream's own way of writing times. Unreadable ones are drift. */
  time(name: string, parse: (value: string | number) => number | null): string | null {
    const value = this.value(name);
    if (value === undefined || value === null || value === '') return null;
    const epochMs = typeof value === 'string' || typeof value === 'number' ? parse(value) : null;
    if (epochMs !== null && epochMs >= YEAR_0_MS && epochMs < YEAR_10000_MS) return formatTime(epochMs);
    this.drift.note('unreadableTime');
    return null;
  }

  /** A nested object; an empty reader where it is missing, so that its fields answer null. */
  fields(name: string): Fields {
    const value = this.value(name);
    return new Fields(rawObject(value) ?? this.absent(value) ?? EMPTY, this.drift);
  }

  /** The objects of a list, each to be read in turn; other elements are left out as drift. */
  list(name: string): Fields[] {
    const value = this.value(name);
    if (!Array.isArray(value)) {
      this.absent(value);
      return [];
    }
    return value.flatMap((element) => {
      const object = rawObject(element);
      if (object === null) this.drift.note('wrongType');
      return object === null ? [] : [new Fields(object, this.drift)];
    });
  }

  private value(name: string): unknown {
    return Object.hasOwn(this.object, name)
      ? (this.object as unknown as Record<string, unknown>)[name]
      : undefined;
  }

  private absent(value: unknown): null {
    if (value !== undefined && value !== null) this.drift.note('wrongType');
    return null;
  }
}

const EMPTY = {} as unknown as RawObject;
/** Where the years begin and end that four digits can tell. */
const YEAR_0_MS = -62_167_219_200_000;
const YEAR_10000_MS = 253_402_300_800_000;

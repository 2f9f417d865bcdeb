import type { DriftKind, DriftLog } from '@/model/drift.js';
import { formatTime, parseTime, YEAR_10000_MS } from '@/model/time.js';
import { readJson } from '@/model/json-text.js';
import { jsonType, shownWord, timeForm } from './redaction.js';
import { isUnsetTime } from './unset-time.js';

declare const raw: unique symbol;

/** An upstream's JSON object that nobody has checked yet: its fields are read only through `Fields`. */
export interface RawObject {
  readonly [raw]: true;
}

/** The value, or what it spells where it is a `JsonText`, as an unchecked object; null when it is no JSON object. */
export function rawObject(value: unknown): RawObject | null {
  const read = readJson(value);
  return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as RawObject) : null;
}

/**
 * Reads an unchecked object field by field. A field that is absent or null answers null; one of another
 * type than asked for answers null too and is noted as drift.
 */
export class Fields {
  constructor(
    readonly object: RawObject,
    private readonly drift: DriftLog,
    /** Where the object stands within its row, as it precedes the name of a field. */
    private readonly prefix = '',
  ) {}

  /** A string; numbers are taken as their digits. An empty string is null: no upstream means anything by it. */
  text(name: string): string | null {
    const value = this.value(name);
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
    if (typeof value === 'string') return value === '' ? null : value;
    return this.absent(name, value);
  }

  /** What tells one thing from others: a string, or a whole number as its digits. */
  id(name: string): string | null {
    const value = this.value(name);
    return typeof value === 'number' && !Number.isSafeInteger(value)
      ? this.absent(name, value)
      : this.text(name);
  }

  /** A finite number, or a string that spells one. */
  number(name: string): number | null {
    const value = this.value(name);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    return value === '' ? null : this.absent(name, value);
  }

  /** A number within bounds; one outside them is null, and drift. */
  numberWithin(name: string, smallest: number, largest: number): number | null {
    const number = this.number(name);
    if (number === null || (number >= smallest && number <= largest)) return number;
    this.note('wrongType', name, 'number out of range');
    return null;
  }

  /** A word and what it stands for, in any case; that is null, and drift of that kind, when the vocabulary lacks it. */
  word<T>(name: string, vocabulary: ReadonlyMap<string, T>, unknown: DriftKind): Word<T> {
    const text = this.text(name);
    const meaning = vocabulary.get(text?.toLowerCase() ?? '');
    if (meaning === undefined) this.note(unknown, name, shownWord);
    return { text, meaning: meaning ?? null };
  }

  /** A time in Tributary's form, written as RFC 3339. */
  rfc3339(name: string): string | null {
    return this.time(name, parseText);
  }

  /**
   * A time in Tributary's form, by the upstream's own way of writing times; null where it is not set, in whichever way
   * (`isUnsetTime`). Unreadable ones are drift.
   */
  time(name: string, parse: TimeParser): string | null {
    const value = this.value(name);
    if (value === undefined || value === null) return null;
    const epochMs = readTime(value, parse);
    if (isUnsetTime(value, epochMs)) return null;
    if (epochMs !== null && epochMs >= YEAR_0_MS && epochMs < YEAR_10000_MS) return formatTime(epochMs);
    this.note('unreadableTime', name, timeForm);
    return null;
  }

  /** Whether a time in RFC 3339 is told, and told as not set. */
  isUnset(name: string): boolean {
    const value = this.value(name) ?? null;
    return value !== null && isUnsetTime(value, readTime(value, parseText));
  }

  /** A nested object; an empty reader where it is missing, so that its fields answer null. */
  fields(name: string): Fields {
    const value = this.value(name);
    return new Fields(
      rawObject(value) ?? this.absent(name, value) ?? EMPTY,
      this.drift,
      `${this.prefix}${name}.`,
    );
  }

  /** The objects of a list, each to be read in turn; other elements are left out as drift. */
  list(name: string): Fields[] {
    const value = this.value(name);
    if (!Array.isArray(value)) {
      this.absent(name, value);
      return [];
    }
    return value.flatMap((element) => {
      const object = rawObject(element);
      if (object === null) this.note('wrongType', `${name}[]`, jsonType(element));
      return object === null ? [] : [new Fields(object, this.drift, `${this.prefix}${name}[].`)];
    });
  }

  private value(name: string): unknown {
    return Object.hasOwn(this.object, name)
      ? (this.object as unknown as Record<string, unknown>)[name]
      : undefined;
  }

  private absent(name: string, value: unknown): null {
    if (value !== undefined && value !== null) this.note('wrongType', name, jsonType);
    return null;
  }

  /** Notes a field, and what was found there: as told, or as it is to be shown. */
  private note(kind: DriftKind, name: string, found: string | ((value: unknown) => string)): void {
    this.drift.note(kind, () => ({
      field: `${this.prefix}${name}`,
      found: typeof found === 'string' ? found : found(this.value(name)),
    }));
  }
}

/** A word of an upstream, and what it stands for; null where there is none, or where it is not known. */
interface Word<T> {
  readonly text: string | null;
  readonly meaning: T | null;
}

type TimeParser = (value: string | number) => number | null;

function readTime(value: unknown, parse: TimeParser): number | null {
  return typeof value === 'string' || typeof value === 'number' ? parse(value) : null;
}

function parseText(value: string | number): number | null {
  return typeof value === 'string' ? parseTime(value) : null;
}

const EMPTY = {} as unknown as RawObject;
/** Where the years begin that four digits can tell. */
const YEAR_0_MS = -62_167_219_200_000;

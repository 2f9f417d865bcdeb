import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, ValidateBy, type ValidationArguments } from 'class-validator';
import { timeZoneNamed } from '@/model/time-zone.js';
import { formatTime, parseTime } from '@/model/time.js';
import type { ParameterError } from '@/platform/problem/api-problem.js';

/** Tells what is wrong with a value; null when nothing is. */
type Check = (value: unknown) => string | null;

/** A word of an open set: what is in it depends on the configuration. Swagger UI starts each entry with it. */
interface ExampleWord {
  readonly example: string;
}

/** One or more values, repeated or separated by commas: of a closed set of words, or of an open one. */
export function ListParameter(
  words: readonly string[] | ExampleWord,
  schema: ApiPropertyOptions,
): PropertyDecorator {
  const allowed = 'example' in words ? null : words;
  const items = 'example' in words ? { type: 'string', ...words } : { type: 'string', enum: [...words] };
  return parameter({
    schema: { ...schema, type: 'array', items } as ApiPropertyOptions,
    read: (value) => (typeof value === 'string' ? value.split(',') : asTexts(value)?.flatMap(splitList)),
    check: (value) => checkList(value, allowed),
  });
}

/** One of a closed set of words. */
export function ChoiceParameter(allowed: readonly string[], schema: ApiPropertyOptions): PropertyDecorator {
  return parameter({
    schema: { ...schema, type: 'string', enum: [...allowed] } as ApiPropertyOptions,
    check: single((value) =>
      allowed.includes(value) ? null : `${quote(value)} is not valid; use ${orList(allowed)}`,
    ),
  });
}

/** `true` or `false`, in lower case. */
export function BooleanParameter(schema: ApiPropertyOptions): PropertyDecorator {
  return parameter({
    schema: { ...schema, type: 'boolean' } as ApiPropertyOptions,
    read: (value) => (value === 'true' || value === 'false' ? value === 'true' : undefined),
    check: (value) =>
      typeof value === 'boolean'
        ? null
        : single((text) => `${quote(text)} is not valid; use true or false`)(value),
  });
}

/** Any text but the empty one. */
export function TextParameter(schema: ApiPropertyOptions): PropertyDecorator {
  return parameter({
    schema: { ...schema, type: 'string', minLength: 1 } as ApiPropertyOptions,
    check: single((value) =>
      value === '' ? 'the value is empty; give a text, or leave the parameter out' : null,
    ),
  });
}

/** Any text; the empty one is as good as none. */
export function OptionalTextParameter(schema: ApiPropertyOptions): PropertyDecorator {
  return parameter({
    schema: { ...schema, type: 'string' } as ApiPropertyOptions,
    check: single(() => null),
  });
}

/** A whole number from a smallest one on; however large, unless the schema has a maximum. */
export function WholeNumberParameter(
  smallest: 0 | 1,
  schema: ApiPropertyOptions & { readonly maximum?: number },
): PropertyDecorator {
  const { maximum = Infinity } = schema;
  const isAllowed = (value: string): boolean =>
    /^\d+$/.test(value) && Number(value) >= smallest && Number(value) <= maximum;
  const range = maximum === Infinity ? `from ${smallest} on` : `from ${smallest} to ${maximum}`;
  return parameter({
    schema: { ...schema, type: 'integer', minimum: smallest } as ApiPropertyOptions,
    read: (value) => (typeof value === 'string' && isAllowed(value) ? Number(value) : undefined),
    check: (value) =>
      typeof value === 'number'
        ? null
        : single((text) => `${quote(text)} is not valid; use a whole number ${range}`)(value),
  });
}

/**
 * An RFC 3339 time, kept as Tributary writes times. Tasks' times have milliseconds, so a finer bound is
 * rounded up: the same tasks lie on either side of it.
 */
export function TimeParameter(schema: ApiPropertyOptions): PropertyDecorator {
  return parameter({
    schema: { ...schema, type: 'string', format: 'date-time' } as ApiPropertyOptions,
    read: (value) => (typeof value === 'string' ? roundedUp(value) : undefined),
    check: single((value) =>
      roundedUp(value) === undefined
        ? `${quote(value)} is not valid; use an RFC 3339 time such as 2026-10-22T00:00:00Z${plusHint(value)}`
        : null,
    ),
  });
}

/** The name of a time zone, in whatever case, as IANA's database writes it. An offset is none. */
export function TimeZoneParameter(schema: ApiPropertyOptions): PropertyDecorator {
  return parameter({
    schema: { ...schema, type: 'string' } as ApiPropertyOptions,
    read: (value) => (typeof value === 'string' ? timeZoneNamed(value) : undefined),
    check: single((value) =>
      timeZoneNamed(value) === undefined
        ? `${quote(value)} is not a time zone; use a name of the IANA database, such as UTC or Europe/Berlin`
        : null,
    ),
  });
}

interface Parameter {
  readonly schema: ApiPropertyOptions;
  /** The value as the query uses it; undefined leaves it as found, for `check` to complain about. */
  readonly read?: (value: unknown) => unknown;
  readonly check: Check;
}

function parameter({ schema, read, check }: Parameter): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional(schema),
    Transform(({ value }: { value: unknown }) => read?.(value) ?? value),
    IsOptional(),
    ValidateBy({
      name: 'parameter',
      validator: {
        validate: (value) => check(value) === null,
        defaultMessage: (args?: ValidationArguments) => check(args?.value) ?? '',
      },
    }),
  );
}

function single(check: (value: string) => string | null): Check {
  return (value) =>
    typeof value === 'string' ? check(value) : 'the parameter is given more than once; give it once';
}

function checkList(value: unknown, allowed: readonly string[] | null): string | null {
  const texts = asTexts(value);
  if (texts === undefined) return 'the value is nested; use plain values';
  const bad = texts.filter((text) => (allowed === null ? text === '' : !allowed.includes(text)));
  if (bad.length === 0) return null;
  const known = allowed === null ? 'any text but an empty one' : orList(allowed);
  return `${quoteSome(bad)} ${bad.length === 1 ? 'is' : 'are'} not valid; use ${known}`;
}

function asTexts(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.every((element) => typeof element === 'string') ? value : undefined;
}

function splitList(text: string): string[] {
  return text.split(',');
}

function roundedUp(text: string): string | undefined {
  const epochMs = parseTime(text);
  if (epochMs === null) return undefined;
  const isFiner = /\.\d{3}\d*[1-9]/.test(text);
  return formatTime(Math.min(Math.max(isFiner ? epochMs + 1 : epochMs, FIRST_MS), LAST_MS));
}

/** The times that Tributary can write. An offset may lead beyond them, where no task is. */
const FIRST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** In a query a bare + means a space, which breaks offsets such as +08:00. */
function plusHint(value: string): string {
  return / \d\d:?\d\d$/.test(value) ? ' (write the + of an offset as %2B)' : '';
}

/** `a, b or c` */
function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

const MOST_NAMED = 10;
const LONGEST_SHOWN = 80;

/** A found value in quotes, shortened, so that an error stays readable whatever was sent. */
function quote(value: string): string {
  return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
}

/** Found values in quotes: the first ones, and how many more there are. */
function quoteSome(values: readonly string[]): string {
  const named = values.slice(0, MOST_NAMED).map(quote).join(', ');
  const more = values.length - MOST_NAMED;
  return more > 0 ? `${named} and ${more} more` : named;
}

/** What is wrong with names of which some are not known: at most one error. */
export function unknownNames(
  parameter: string,
  names: readonly string[] | undefined,
  known: readonly string[],
): ParameterError[] {
  const unknown = (names ?? []).filter((name) => !known.includes(name));
  if (unknown.length === 0) return [];
  const advice = known.length === 0 ? `there is no ${parameter}` : `use ${known.join(', ')}`;
  return [{ parameter, detail: `no ${parameter} is named ${quoteSome(unknown)}; ${advice}` }];
}

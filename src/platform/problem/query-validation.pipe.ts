import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { getMetadataStorage, type ValidationError } from 'class-validator';
import { LRUCache } from 'lru-cache';
import { invalidParameters, type ApiProblem, type ParameterError } from './api-problem.js';
import { ENCODING_ERRORS, type ParsedQuery } from './parse-query.js';

const REMEMBERED_QUERIES = 2_000;
/** Longer queries are checked anew each time: they are rare, and would fill the memory. */
const LONGEST_REMEMBERED = 2_000;

/**
 * Checks a query against its class, and remembers those found good: dashboards ask the same again and again.
 * What is wrong becomes one 400 that names every bad parameter.
 */
export class QueryValidationPipe extends ValidationPipe {
  readonly #good = new LRUCache<string, object>({ max: REMEMBERED_QUERIES });

  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      validationError: { target: true, value: false },
      exceptionFactory: (errors: ValidationError[]) => asProblem(errors),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type !== 'query') return value;
    const { [ENCODING_ERRORS]: errors } = value as ParsedQuery;
    if (errors !== undefined) throw invalidParameters(errors);
    refuseInheritedNames(value as object, metadata);
    const key = `${metadata.metatype?.name ?? ''}?${JSON.stringify(value)}`;
    const known = this.#good.get(key);
    if (known !== undefined) return known;
    // A copy with a plain prototype: the query parser's object has none, which class-transformer cannot take.
    const checked = Object.freeze(await super.transform({ ...(value as object) }, metadata)) as object;
    if (key.length <= LONGEST_REMEMBERED) this.#good.set(key, checked);
    return checked;
  }
}

/** The pipe drops `prototype`, `constructor` and `__proto__` in silence, and takes what every object has as known. */
function refuseInheritedNames(query: object, { metatype }: ArgumentMetadata): void {
  const names = Object.keys(query).filter((name) => name === 'prototype' || name in Object.prototype);
  if (names.length === 0) return;
  const target = metatype?.prototype as object | undefined;
  throw invalidParameters(names.map((parameter) => ({ parameter, detail: unknownParameter(target) })));
}

function asProblem(errors: ValidationError[]): ApiProblem {
  return invalidParameters(errors.map(describe));
}

function describe(error: ValidationError): ParameterError {
  const parameter = error.property;
  if (error.constraints?.whitelistValidation !== undefined) {
    return { parameter, detail: unknownParameter(error.target) };
  }
  return { parameter, detail: Object.values(error.constraints ?? {}).join(', ') };
}

function unknownParameter(target: object | undefined): string {
  const known = knownParameters(target);
  return known.length === 0
    ? 'unknown parameter; this call takes none'
    : `unknown parameter; use ${known.join(', ')}`;
}

function knownParameters(target: object | undefined): string[] {
  if (target === undefined) return [];
  const rules = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  // The storage has what is inherited last.
  const own = rules.filter((rule) => rule.target === target.constructor);
  const inherited = rules.filter((rule) => rule.target !== target.constructor);
  return [...new Set([...inherited, ...own].map((rule) => rule.propertyName))];
}

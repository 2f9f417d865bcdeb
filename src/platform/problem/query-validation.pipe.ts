import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { getMetadataStorage, type ValidationError } from 'class-validator';
import { LRUCache } from 'lru-cache';
import { invalidParameters, type ApiProblem, type ParameterError } from '@/model/api-problem.js';

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
    const key = `${metadata.metatype?.name ?? ''}?${JSON.stringify(value)}`;
    const known = this.#good.get(key);
    if (known !== undefined) return known;
    // A copy with a plain prototype: the query parser's object has none, which class-transformer cannot take.
    const checked = Object.freeze(await super.transform({ ...(value as object) }, metadata)) as object;
    if (key.length <= LONGEST_REMEMBERED) this.#good.set(key, checked);
    return checked;
  }
}

function asProblem(errors: ValidationError[]): ApiProblem {
  return invalidParameters(errors.map(describe));
}

function describe(error: ValidationError): ParameterError {
  const parameter = error.property;
  if (error.constraints?.whitelistValidation !== undefined) {
    return { parameter, detail: `unknown parameter, allowed is ${knownParameters(error.target)}` };
  }
  return { parameter, detail: Object.values(error.constraints ?? {}).join(', ') };
}

function knownParameters(target: object | undefined): string {
  if (target === undefined) return 'none';
  const rules = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  const names = [...new Set(rules.map((rule) => rule.propertyName))];
  return names.length === 0 ? 'none' : names.join(', ');
}

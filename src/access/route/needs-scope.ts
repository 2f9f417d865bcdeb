import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Scope } from '@/model/scope.js';

/** What a handler states about its callers: the scope that they need, or that anyone may call it. */
export type NeededScope = Scope | 'none';

const METADATA = 'tributary:needed-scope';

/** The name of the extension that carries the scope; the finished document has none of them. */
export const NEEDED_SCOPE = 'x-needed-scope';

/**
 * States the scope that the callers of a handler need, `none` for a handler that is open to everyone. The guard refuses
 * to call a handler that states nothing, and the OpenAPI document describes what it states.
 */
export function NeedsScope(scope: NeededScope): MethodDecorator {
  return applyDecorators(SetMetadata(METADATA, scope), ApiExtension(NEEDED_SCOPE, scope));
}

/** What a handler states; undefined: nothing. */
export function neededScope(handler: object): NeededScope | undefined {
  return Reflect.getMetadata(METADATA, handler) as NeededScope | undefined;
}

import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Callers } from './callers.js';
import { neededScope } from './route/needs-scope.js';

/** Stands before every handler. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly callers: Callers) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    const scope = neededScope(handler);
    if (scope === undefined) throw new Error(`${handler.name} does not state which scope it needs`);
    if (scope === 'none') return true;
    const http = context.switchToHttp();
    await this.callers.admit(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), scope);
    return true;
  }
}

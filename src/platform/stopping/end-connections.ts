import type { FastifyInstance } from 'fastify';
import type { Drain } from './drain.js';

/** Once the drain has begun each connection ends with its answer; requests under way when the server closes are answered. */
export function endConnections(server: FastifyInstance, drain: Drain): void {
  let isClosing = false;
  server.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  server.addHook('onSend', (_request, reply) => {
    if (drain.hasBegun) void reply.header('connection', 'close');
    return Promise.resolve();
  });
  // An answer may have set out before, and leave a connection that is kept alive.
  server.addHook('onResponse', (_request, _reply, done) => {
    if (isClosing) server.server.closeIdleConnections();
    done();
  });
}

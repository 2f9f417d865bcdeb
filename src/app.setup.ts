import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type Ground } from './app.module.js';
import { addCommonHeaders, MethodRefusals, observeAnswers, requestIdOf } from './platform/http-hooks.js';
import { NestLogger } from './platform/logging/logger.js';
import { Metrics } from './platform/metrics/metrics.js';
import { createDocument, serveDocument } from './platform/openapi/document.js';
import { Admission } from './platform/overload/admission.js';
import { GuardedServers } from './platform/overload/guarded-servers.js';
import { Refusals } from './platform/overload/refusals.js';
import { Sheds } from './platform/overload/sheds.js';
import { ProblemFilter } from './platform/problem/problem.filter.js';
import { QueryValidationPipe } from './platform/problem/query-validation.pipe.js';
import { Drain } from './platform/stopping/drain.js';
import { endConnections } from './platform/stopping/end-connections.js';
import { TaskLister } from './tasks/task-lister.js';

/** Task ids are at most this long; the router's own bound of 100 would hide some. */
const LONGEST_PATH_PARAMETER = 512;

/** A whole gateway, ready to listen: the same for main, the demo, the tests and the contract. */
export async function createGateway(ground: Ground): Promise<NestFastifyApplication> {
  const servers = new GuardedServers();
  const adapter = new FastifyAdapter({
    serverFactory: servers.create,
    genReqId: requestIdOf,
    // What still comes over an open connection while the server closes is answered like anything else.
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PATH_PARAMETER },
    frameworkErrors: (fault: Error, request: FastifyRequest, reply: FastifyReply) => {
      filter.send(fault, request, reply);
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.on(ground), adapter, {
    logger: new NestLogger(ground.log),
  });
  const [metrics, drain] = [app.get(Metrics), app.get(Drain)];
  const sheds = new Sheds(ground.log, metrics);
  const filter = new ProblemFilter(ground.log, sheds);
  const lister = app.get(TaskLister, { strict: false });
  const admission = new Admission(lister.line);
  servers.equip({ admission, sheds, refusals: new Refusals(drain) });
  const server = adapter.getInstance<FastifyInstance>();
  addCommonHeaders(server);
  endConnections(server, drain);
  observeAnswers(server, ground.log, metrics);
  const refusals = new MethodRefusals(server, filter);
  app.useGlobalFilters(filter);
  app.useGlobalPipes(new QueryValidationPipe());
  serveDocument(app, createDocument(app));
  await app.init();
  refusals.complete();
  await server.ready();
  return app;
}

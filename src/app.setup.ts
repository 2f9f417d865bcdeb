import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type GatewayOptions } from './app.module.js';
import { compressAnswers } from './platform/compression/compress-answers.js';
import { connectionLimit } from './platform/connections/connection-limit.js';
import { Connections } from './platform/connections/connections.js';
import { UnreadableRequests } from './platform/connections/unreadable-requests.js';
import {
  addCommonHeaders,
  MethodRefusals,
  observeAnswers,
  refuseUnknownPaths,
  requestIdOf,
} from './platform/http-hooks.js';
import { ConditionLog } from '@/platform/logging/condition-log.js';
import { NestLogger } from './platform/logging/logger.js';
import { Metrics } from './platform/metrics/metrics.js';
import { createDocument } from './platform/openapi/document.js';
import { serveDocument } from './platform/openapi/serve-document.js';
import { Admission } from './platform/overload/admission.js';
import { GuardedServers, type TimeLimits } from './platform/overload/guarded-servers.js';
import { Refusals } from './platform/overload/refusals.js';
import { Sheds } from './platform/overload/sheds.js';
import { ProblemFilter } from './platform/problem/problem.filter.js';
import { QueryValidationPipe } from './platform/problem/query-validation.pipe.js';
import { Drain } from './platform/stopping/drain.js';
import { endConnections } from './platform/stopping/end-connections.js';

/** Task ids are at most this long; the router's own bound of 100 would hide some. */
const LONGEST_PATH_PARAMETER = 512;

/**
 * A whole gateway, ready to listen: the same for main, the demo, the tests and the contract. Only tests give clients
 * another time than usual.
 */
export async function createGateway(
  ground: GatewayOptions,
  limits?: TimeLimits,
): Promise<NestFastifyApplication> {
  const servers = new GuardedServers(limits);
  const adapter = new FastifyAdapter({
    serverFactory: servers.create,
    clientErrorHandler: servers.refuseUnreadable,
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
  metrics.watchLog(ground.droppedLogLines ?? (() => 0));
  const sheds = new Sheds(ground.log, metrics);
  const filter = new ProblemFilter(ground.log, sheds);
  const admission = new Admission({ isOverrun: false, isLate: false });
  const connections = boundedConnections(ground, metrics);
  const unreadable = new UnreadableRequests(ground.log, metrics, connections);
  servers.equip({ admission, sheds, refusals: new Refusals(drain), connections, unreadable });
  const server = adapter.getInstance<FastifyInstance>();
  addCommonHeaders(server);
  endConnections(server, drain);
  compressAnswers(server, filter);
  observeAnswers(server, ground.log, metrics);
  refuseUnknownPaths(server, filter);
  const refusals = new MethodRefusals(server, filter);
  app.useGlobalFilters(filter);
  app.useGlobalPipes(new QueryValidationPipe());
  serveDocument(server, () => createDocument(app));
  await app.init();
  refusals.complete();
  await server.ready();
  return app;
}

/** Connections within the limit; the log and the metrics tell when it is reached. */
function boundedConnections({ config, log }: GatewayOptions, metrics: Metrics): Connections {
  const { limit, isLowered } = connectionLimit(config);
  if (isLowered)
    log.warn({ limit }, 'the limit of open files allows fewer connections than server.maxConnections');
  const episode = new ConditionLog(log, {
    begin: 'too many connections: those that wait longest for a request are closed',
    end: 'no longer too many connections',
  });
  const connections = new Connections(limit, (cause) => {
    metrics.countDroppedConnection(cause);
    episode.note({ cause, limit });
  });
  metrics.watchConnections(() => connections.count);
  return connections;
}

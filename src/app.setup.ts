import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServerConfig } from './config/config.js';
import { AppModule, type GatewayOptions } from './app.module.js';
import { serveOverview } from './overview/serve-overview.js';
import { compressAnswers } from './platform/compression/compress-answers.js';
import { connectionLimit } from './platform/connections/connection-limit.js';
import { Connections } from './platform/connections/connections.js';
import {
  createHttpServer,
  type HttpServerOptions,
  type TimeLimits,
} from './platform/connections/http-server.js';
import { UnreadableRequests, type ClientError } from './platform/connections/unreadable-requests.js';
import { addCommonHeaders, MethodRefusals, refuseUnknownPaths, requestIdOf } from './platform/http-hooks.js';
import { LoadShedder } from './platform/load-shedding/load-shedder.js';
import { loadSheddingListener, type Listener } from './platform/load-shedding/load-shedding-listener.js';
import { OverloadedAnswer } from './platform/load-shedding/overloaded-answer.js';
import { ShedCounter } from './platform/load-shedding/shed-counter.js';
import { observeAnswers } from './platform/logging/access-log.js';
import { ConditionLog } from './platform/logging/condition-log.js';
import { NestLogger } from './platform/logging/logger.js';
import { Metrics } from './platform/metrics/metrics.js';
import { createDocument } from './platform/openapi/document.js';
import { serveDocument } from './platform/openapi/serve-document.js';
import { parseQuery } from './platform/problem/parse-query.js';
import { ProblemFilter } from './platform/problem/problem.filter.js';
import { QueryValidationPipe } from './platform/problem/query-validation.pipe.js';
import { refuseOtherHosts } from './platform/serving/allowed-hosts.js';
import { CommonHeaders } from './platform/serving/common-headers.js';
import { ignoreForcedFreshness } from './platform/serving/cors.js';
import { Drain } from './platform/stopping/drain.js';
import { endConnections } from './platform/stopping/end-connections.js';
import { traceRequests } from './platform/tracing/trace-requests.js';

/** Task ids are at most this long; the router's own bound of 100 would hide some. */
const LONGEST_PATH_PARAMETER = 512;

/**
 * A whole gateway, ready to listen: the same for main, the demo, the tests and the contract. Only tests give clients
 * another time than usual.
 */
export async function createGateway(
  options: GatewayOptions,
  limits?: TimeLimits,
): Promise<NestFastifyApplication> {
  for (const { field, detail } of options.config.warnings) options.log.warn({ field }, detail);
  const [metrics, drain] = [new Metrics(), new Drain()];
  metrics.watchLog(options.droppedLogLines ?? (() => 0));
  const counter = new ShedCounter(options.log, metrics);
  const { server: serving } = options.config;
  const filter = new ProblemFilter(options.log, serving.basePath);
  const headers = new CommonHeaders(serving);
  const connections = boundedConnections(options, metrics);
  const unreadable = new UnreadableRequests(options.log, metrics, {
    connections,
    headers,
    basePath: serving.basePath,
  });
  const shedder = new LoadShedder();
  metrics.watchRequests(() => shedder.inFlight);
  const adapter = createAdapter(filter, {
    ...{ shedder, limits, connections, unreadable, counter, drain, headers, serving, log: options.log },
  });
  const module = AppModule.on(options, { metrics, drain });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(options.log),
  });
  const server = adapter.getInstance<FastifyInstance>();
  addHooks(server, options, { filter, headers, metrics, drain });
  const refusals = new MethodRefusals(server, filter, headers);
  app.useGlobalFilters(filter);
  app.useGlobalPipes(new QueryValidationPipe());
  serveDocument(server, () => createDocument(app, serving.basePath));
  serveOverview(server, serving.basePath);
  await app.init();
  refusals.complete();
  await server.ready();
  return app;
}

interface HookDependencies {
  readonly filter: ProblemFilter;
  readonly headers: CommonHeaders;
  readonly metrics: Metrics;
  readonly drain: Drain;
}

/** What happens to all requests and answers, in this order. */
function addHooks(
  server: FastifyInstance,
  { config, log, tracedShare }: GatewayOptions,
  { filter, headers, metrics, drain }: HookDependencies,
): void {
  traceRequests(server, tracedShare ?? null);
  addCommonHeaders(server, headers);
  refuseOtherHosts(server, filter, config.server.allowedHosts);
  ignoreForcedFreshness(server, headers);
  endConnections(server, drain);
  compressAnswers(server, filter);
  observeAnswers(server, log, metrics);
  refuseUnknownPaths(server, filter);
}

interface ServerDependencies extends Omit<HttpServerOptions, 'keepAliveMs' | 'basePath' | 'tls'> {
  readonly headers: CommonHeaders;
  readonly serving: ServerConfig;
  readonly shedder: LoadShedder;
  readonly counter: ShedCounter;
  readonly drain: Drain;
}

/** Fastify behind load shedding, behind an HTTP server that bounds connections. */
function createAdapter(
  filter: ProblemFilter,
  { shedder, counter, drain, headers, serving, ...rest }: ServerDependencies,
): FastifyAdapter {
  const { basePath, trustProxy, tls } = serving;
  const shedding = {
    ...{ shedder, counter, drain },
    overloaded: new OverloadedAnswer(headers, basePath),
  };
  return new FastifyAdapter({
    serverFactory: (listener: Listener, { keepAliveTimeout }: Readonly<Record<string, unknown>>) =>
      createHttpServer(loadSheddingListener(listener, shedding), {
        ...rest,
        basePath,
        tls,
        keepAliveMs: keepAliveTimeout as number,
      }),
    clientErrorHandler: (fault: ClientError, socket: Socket) => {
      rest.unreadable.refuse(fault, socket);
    },
    trustProxy: trustProxy.length > 0 && [...trustProxy],
    genReqId: requestIdOf,
    // What still comes over an open connection while the server closes is answered like anything else.
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PATH_PARAMETER, querystringParser: parseQuery },
    frameworkErrors: (fault: Error, request: FastifyRequest, reply: FastifyReply) => {
      filter.send(fault, request, reply);
    },
  });
}

/** Connections within the limit; the log and the metrics tell when it is reached. */
function boundedConnections({ config, log }: GatewayOptions, metrics: Metrics): Connections {
  const { limit, isLowered } = connectionLimit(config);
  if (isLowered)
    log.warn({ limit }, 'the limit of open files allows fewer connections than server.maxConnections');
  const condition = new ConditionLog(log, {
    begin: 'too many connections: closing those that have waited longest for a request',
    end: 'no longer too many connections',
  });
  const connections = new Connections(limit, (cause) => {
    metrics.countDroppedConnection(cause);
    condition.note({ cause, limit });
  });
  metrics.watchConnections(() => connections.count);
  return connections;
}

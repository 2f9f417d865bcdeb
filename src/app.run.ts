import 'reflect-metadata';
import * as http from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Access } from './access/access.js';
import { WHOLE_COLLECTION } from './access/callers.js';
import type { Collection } from './collection/collection.js';
import type { Config } from './config/config.js';
import { ConfigurationStatus } from './config/configuration-status.js';
import { Reloader, type Load, type LoadedConfig } from './app.reload.js';
import { createGateway } from './app.setup.js';
import { SYSTEM_CLOCK } from './model/clock.js';
import { writeAddress } from './platform/health/address-file.js';
import { boundHeapGrowth } from './platform/bound-heap-growth.js';
import { LogOutput } from './platform/logging/log-output.js';
import { createLogger, type Log } from './platform/logging/logger.js';
import { Assessor } from './resources/assessor.js';
import { Metrics } from './platform/metrics/metrics.js';
import { ResourceMetrics } from './resources/resource-metrics.js';
import { RuleBook } from './resources/rule-book.js';
import { Drain, drainMs, lastSpansMs } from './platform/stopping/drain.js';
import { exitNow, exitWhenLogged } from './platform/stopping/exit.js';
import { startTracing, type Tracing } from './platform/tracing/start-tracing.js';
import { tracingSettings } from './platform/tracing/tracing-settings.js';
import { View } from './view/view.js';

/** Why a port may be refused. */
const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'no network interface has that address',
  ENOTFOUND: 'no such host is known',
};

/** Connections that the system keeps for the process until it takes them; others would try again after a second. */
const BACKLOG = 4_096;

/** Its file descriptor. */
const STANDARD_OUTPUT = 1;

/** What a gateway is started with. */
interface NamedConfig extends LoadedConfig {
  /** The configuration file, as the command line names it. */
  readonly file: string;
}

/**
 * Starts a gateway that runs until a signal, or a bug, stops it and the process. `load` reads the configuration anew, when
 * one of its files has changed, and at SIGHUP.
 */
export async function runGateway(started: NamedConfig, load: Load): Promise<void> {
  const { config } = started;
  useProxiesOf(process.env);
  boundHeapGrowth();
  const output = new LogOutput(STANDARD_OUTPUT);
  const settings = tracingSettings(process.env);
  const log = createLogger(config.log.level, output, settings.export !== null);
  const tracing = await startTracing(settings, log);
  const droppedLogLines = (): number => output.dropped;
  let app: NestFastifyApplication | null = null;
  const stop = stopOnce(() => app, { output, tracing, timeoutMs: config.server.shutdownTimeoutMs });
  stopOnFaults(log, stop);
  const tracedShare = tracing?.requestShare;
  app = await createGateway({ config, log, droppedLogLines, clock: SYSTEM_CLOCK, tracedShare });
  // A supervisor's stop leaves balancers time to notice; who stops it by hand is not kept waiting.
  for (const [signal, waitMs] of [
    ['SIGTERM', drainMs(config.server.shutdownTimeoutMs)],
    ['SIGINT', 0],
  ] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      stop(0, waitMs);
    });
  }
  const reloader = reloaderOf(app, { started, load, log });
  process.on('SIGHUP', () => {
    reloader.reload('SIGHUP');
  });
  await app
    .listen({ port: config.server.port, host: config.server.host, backlog: BACKLOG })
    .catch(cannotListen(config, output));
  const url = await app.getUrl();
  tellHealthCheck(started.file, url, log);
  log.info({ url: `${url}${config.server.basePath}`, sources: config.sources.length }, 'listening');
  await reloader.start();
}

/** A gateway that cannot tell it still serves, so it starts; only its health check fails. */
function tellHealthCheck(file: string, url: string, log: Log): void {
  try {
    writeAddress(file, url);
  } catch (fault) {
    const { code, path } = fault as NodeJS.ErrnoException;
    log.warn({ code, path }, '--health will not find this gateway: make the temporary folder writable');
  }
}

/**
 * The keys of issuers are read with `fetch`: it goes through the proxies of the environment, as calls to upstreams do, and
 * never to this machine. Node.js before 24.14 has no such setting.
 */
function useProxiesOf(env: NodeJS.ProcessEnv): void {
  const exceptions = [env.no_proxy ?? env.NO_PROXY ?? '', 'localhost', '127.0.0.1', '::1'];
  if ('setGlobalProxyFromEnv' in http) http.setGlobalProxyFromEnv({ ...env, no_proxy: exceptions.join() });
}

interface ReloaderOptions {
  readonly started: LoadedConfig;
  readonly load: Load;
  readonly log: Log;
}

function reloaderOf(app: NestFastifyApplication, { started, load, log }: ReloaderOptions): Reloader {
  const [access, rules, status] = [app.get(Access), app.get(RuleBook), app.get(ConfigurationStatus)];
  const collection = app.get<Collection>(WHOLE_COLLECTION);
  const metrics = app.get(ResourceMetrics);
  return new Reloader(started, {
    load,
    access,
    collection,
    rules,
    memories: [app.get(View), app.get(Assessor), app.get(Metrics).upstream],
    metrics,
    status,
    log,
    clock: SYSTEM_CLOCK,
  });
}

type Stop = (exitCode: number, waitMs: number) => void;

interface StopOptions {
  readonly output: LogOutput;
  readonly tracing: Tracing | null;
  readonly timeoutMs: number;
}

/** Stops the gateway after a while, and ends the process when that is done, or at the latest in `timeoutMs`. */
function stopOnce(
  running: () => NestFastifyApplication | null,
  { output, tracing, timeoutMs }: StopOptions,
): Stop {
  let isStopping = false;
  return (exitCode, waitMs) => {
    if (isStopping) return;
    isStopping = true;
    running()?.get(Drain).begin();
    setTimeout(() => exitNow(1, output), timeoutMs).unref();
    const close = async (): Promise<never> => {
      await running()?.close();
      await tracing?.stop(lastSpansMs(timeoutMs));
      return exitWhenLogged(exitCode, output);
    };
    setTimeout(() => void close(), waitMs);
  };
}

/** A bug that nobody caught: what it left behind is not known, so the process stops, and a supervisor starts another. */
function stopOnFaults(log: Log, stop: Stop): void {
  const stopFor =
    (message: string) =>
    (err: unknown): void => {
      log.fatal({ err }, message);
      stop(1, 0);
    };
  process.on('uncaughtException', stopFor('uncaught exception: stopping'));
  process.on('unhandledRejection', stopFor('unhandled rejection: stopping'));
}

/** Ends the process with code 1 and one line instead of a stack trace. */
function cannotListen({ server }: Config, output: LogOutput): (fault: unknown) => Promise<never> {
  return (fault) => {
    const code = (fault as NodeJS.ErrnoException).code ?? 'unknown';
    const hint = HINTS[code] ?? 'the operating system refused';
    process.stderr.write(`cannot listen on ${server.host} port ${server.port}: ${hint} (${code})\n`);
    return exitWhenLogged(1, output);
  };
}

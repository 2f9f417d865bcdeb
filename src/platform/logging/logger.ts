import type { LoggerService } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { pino, type DestinationStream, type Logger } from 'pino';
import { LogOutput } from './log-output.js';

/** The process's log, for those who only write to it. */
export type Log = Logger;

/**
 * JSON log lines, on standard output unless told otherwise. Callers log contract words only: no upstream text, no URLs, no
 * secrets. Where requests and reads are traced, the lines that belong to one name its trace.
 */
export function createLogger(
  level: string,
  destination: DestinationStream = new LogOutput(1),
  isTraced = false,
): Logger {
  const options = {
    level,
    base: {},
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: levelName },
    ...(isTraced && { mixin: traceFields, mixinMergeStrategy: mergeFields }),
  };
  const log = pino(options, destination);
  if (destination instanceof LogOutput) {
    destination.recovered = (dropped) => {
      log.warn({ dropped }, 'log lines were dropped because they could not be written');
    };
  }
  return log;
}

function levelName(level: string): { level: string } {
  return { level };
}

const NO_FIELDS: Record<string, string> = {};

/** Most lines have no such fields, and then need no copy. */
function mergeFields(line: object, fields: object): object {
  return fields === NO_FIELDS ? line : Object.assign(fields, line);
}

/** By the names of OpenTelemetry's specification for logs that are no OTLP. */
function traceFields(): Record<string, string> {
  const active = trace.getActiveSpan()?.spanContext();
  if (active === undefined) return NO_FIELDS;
  const { traceId, spanId, traceFlags } = active;
  return { trace_id: traceId, span_id: spanId, trace_flags: traceFlags.toString(16).padStart(2, '0') };
}

/** Lets Nest log through pino. Nest's own start-up chatter is at debug level. */
export class NestLogger implements LoggerService {
  constructor(private readonly log_: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.log_.debug({ context: rest.at(-1) }, String(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.log(message, ...rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.log(message, ...rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.log_.warn({ context: rest.at(-1) }, String(message));
  }

  /** Nest hands over a stack, or nothing in its place, before the context. */
  error(message: unknown, ...rest: unknown[]): void {
    const [stack, context] = [rest.at(-2), rest.at(-1)];
    // What an application that cannot listen logs, it throws as well, and the catcher tells it.
    const level = context === 'NestApplication' ? 'debug' : 'error';
    this.log_[level]({ context, stack }, String(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.log_.fatal({ context: rest.at(-1), stack: rest.at(-2) }, String(message));
  }
}

/** Injection token of the process's log. */
export const LOGGER = Symbol('LOGGER');

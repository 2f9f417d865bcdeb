import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';

/** The process's log, for those who only write to it. */
export type Log = Logger;

/** JSON log lines on standard output. Callers log contract words only: no upstream text, no URLs, no secrets. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: {},
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: levelName },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function levelName(level: string): { level: string } {
  return { level };
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

  error(message: unknown, ...rest: unknown[]): void {
    this.log_.error({ context: rest }, String(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.log_.fatal({ context: rest }, String(message));
  }
}

/** Injection token of the process's log. */
export const LOGGER = Symbol('LOGGER');

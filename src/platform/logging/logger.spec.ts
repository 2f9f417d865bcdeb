import { describe, expect, it } from 'vitest';
import { createLogger, NestLogger } from './logger.js';

/** The lines that Nest's calls of the logger lead to, without their times. */
function linesOf(level: string, call: (logger: NestLogger) => void): unknown[] {
  const lines: unknown[] = [];
  const write = (line: string): void => {
    lines.push({ ...(JSON.parse(line) as object), time: undefined });
  };
  call(new NestLogger(createLogger(level, { write })));
  return lines;
}

describe("Nest's log", () => {
  it.each(['error', 'fatal'] as const)('names the context, and the stack if there is one: %s', (level) => {
    const lines = linesOf('info', (logger) => {
      logger[level]('failed', undefined, 'Router');
      logger[level]('failed', 'Error: failed\n at x', 'Router');
    });
    expect(lines).toEqual([
      { level, context: 'Router', msg: 'failed' },
      { level, context: 'Router', stack: 'Error: failed\n at x', msg: 'failed' },
    ]);
  });

  it('tells what the application throws as well at level debug only', () => {
    const call = (logger: NestLogger): void => {
      logger.error('Error: listen EADDRINUSE', undefined, 'NestApplication');
    };
    expect(linesOf('info', call)).toEqual([]);
    expect(linesOf('debug', call)).toMatchObject([{ level: 'debug', context: 'NestApplication' }]);
  });
});

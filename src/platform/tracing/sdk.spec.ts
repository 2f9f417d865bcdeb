import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { context, diag, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { createLogger, type Log } from '../logging/logger.js';
import { startTracing, type Tracing } from './start-tracing.js';
import { tracingSettings } from './tracing-settings.js';

let lines: Record<string, unknown>[];
let log: Log;
let receiver: Server;
let arrived: number;
let tracing: Tracing | null;
beforeEach(async () => {
  lines = [];
  arrived = 0;
  tracing = null;
  log = createLogger(
    'info',
    { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
    true,
  );
  receiver = createServer((request, response) => {
    arrived += 1;
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await tracing?.stop(0);
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('OTEL_')) Reflect.deleteProperty(process.env, name);
  }
  for (const part of [context, diag, propagation, trace]) part.disable();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

async function start(env: Record<string, string>): Promise<void> {
  const { port } = receiver.address() as AddressInfo;
  Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, ...env });
  tracing = await startTracing(tracingSettings(process.env), log);
}

function endSpans(count: number): void {
  for (let index = 0; index < count; index++) trace.getTracer('test').startSpan('a span').end();
}

describe('the SDK', () => {
  it('sends spans, those of a stop included, and logs where to', async () => {
    await start({ OTEL_BSP_SCHEDULE_DELAY: '1000000' });
    expect(lines).toMatchObject([{ msg: 'sending traces', sampler: 'parentbased_always_on' }]);
    endSpans(3);
    expect(arrived).toBe(0);
    await tracing?.stop(60_000);
    expect(arrived).toBe(1);
  });

  it('logs once that spans find no room, however many there are', async () => {
    await start({
      OTEL_BSP_SCHEDULE_DELAY: '0',
      OTEL_BSP_MAX_QUEUE_SIZE: '2',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1',
    });
    for (let round = 0; round < 3; round++) {
      endSpans(10);
      const before = arrived;
      while (arrived === before) await new Promise((resolve) => setTimeout(resolve, 1));
      // The next span that finds room tells how many before it did not.
      endSpans(1);
    }
    const lost = lines.filter(({ level }) => level === 'warn');
    expect(lost).toMatchObject([{ cause: 'QUEUE_FULL', spans: expect.any(Number) }]);
    expect(lost[0]?.msg).toMatch(/^traces are lost: check that /);
  });

  it('tells of a file that cannot be read, and once of a variable that is not valid', async () => {
    await start({ OTEL_EXPORTER_OTLP_CERTIFICATE: '/no/such/file', OTEL_EXPORTER_OTLP_TIMEOUT: '-1' });
    const told = lines.filter(({ level }) => level === 'warn');
    expect(told).toMatchObject([
      { field: 'OTEL_EXPORTER_OTLP_TIMEOUT' },
      { detail: 'Failed to read root certificate file' },
    ]);
    endSpans(1);
    await tracing?.stop(60_000);
    expect(arrived).toBe(1);
  });

  it('puts the ids of the active span into lines of the log, and nothing outside of spans', async () => {
    await start({});
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    trace.getTracer('test').startActiveSpan('a span', (span) => {
      log.info('inside');
      span.end();
      const { traceId, spanId } = span.spanContext();
      expect(lines.at(-1)).toMatchObject({ trace_id: traceId, span_id: spanId, trace_flags: '01' });
    });
    log.info('outside');
    expect(lines.at(-1)).not.toHaveProperty('trace_id');
  });
});

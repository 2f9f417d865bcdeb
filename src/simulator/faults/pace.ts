import type { ServerResponse } from 'node:http';
import type { FaultyExchange } from './exchange.js';

function latency({ options, random, response, answer, send }: FaultyExchange): void {
  const { latencyMs = 1000, jitterMs = 0 } = options;
  const timer = setTimeout(
    () => {
      send(answer());
    },
    latencyMs + random.integer(0, jitterMs),
  );
  response.once('close', () => {
    clearTimeout(timer);
  });
}

/** The right answer a few bytes at a time: no socket is ever idle for long. */
function drip({ options, response, answer, begin }: FaultyExchange): void {
  const { status, headers, body } = answer();
  const bytes = Buffer.from(body);
  const step = options.stepBytes ?? 1;
  begin({ status, headers: { ...headers, 'content-length': String(bytes.length) } });
  let sent = 0;
  everyStep({ options, response }, () => {
    response.write(bytes.subarray(sent, sent + step));
    sent += step;
    if (sent >= bytes.length) response.end();
    return sent < bytes.length;
  });
}

/** A header that grows by one character a step and never ends. */
function dripHeaders({ options, response }: FaultyExchange): void {
  response.socket?.write('HTTP/1.1 200 OK\r\nX-Padding: ');
  everyStep({ options, response }, () => response.socket?.write('x') !== undefined);
}

/** The headers, half of the body, and then nothing. */
function stall({ response, answer, begin }: FaultyExchange): void {
  const { status, headers, body } = answer();
  const bytes = Buffer.from(body);
  begin({ status, headers: { ...headers, 'content-length': String(bytes.length) } });
  response.write(bytes.subarray(0, bytes.length / 2));
}

/** Repeats a step until it says false or the client has gone. */
function everyStep(
  { options, response }: Pick<FaultyExchange, 'options'> & { readonly response: ServerResponse },
  step: () => boolean,
): void {
  const timer = setInterval(() => {
    if (!step()) clearInterval(timer);
  }, options.intervalMs ?? 100);
  response.once('close', () => {
    clearInterval(timer);
  });
}

/** Answers that come late, or never to their end. */
export const PACE_FAULTS = {
  latency,
  drip,
  'drip-headers': dripHeaders,
  stall,
} as const;

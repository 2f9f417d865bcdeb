import type { FaultyExchange } from './exchange.js';

type Framing = 'length' | 'chunks';

/** Half of the answer in a frame that promises more, then the end of the connection. */
const cut =
  (framing: Framing, end: (exchange: FaultyExchange) => void) =>
  (exchange: FaultyExchange): void => {
    const { status, headers, body } = exchange.answer();
    const bytes = Buffer.from(body);
    const length: Record<string, string> =
      framing === 'length' ? { 'content-length': String(bytes.length) } : {};
    exchange.begin({ status, headers: { ...headers, ...length } });
    exchange.response.write(bytes.subarray(0, bytes.length / 2), () => {
      end(exchange);
    });
  };

function close({ response }: FaultyExchange): void {
  response.destroy();
}

function reset({ response }: FaultyExchange): void {
  response.socket?.resetAndDestroy();
}

/** Answers whose connection ends in the middle of the body. */
export const CUT_FAULTS = {
  /** The connection is closed before content-length is reached. */
  'cut-length': cut('length', close),
  /** The connection is closed before the last chunk. */
  'cut-chunked': cut('chunks', close),
  /** The connection is reset before content-length is reached. */
  'cut-reset': cut('length', reset),
} as const;

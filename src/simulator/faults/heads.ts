import { CANARIES, telltale } from '../canaries.js';
import type { FaultyExchange } from './exchange.js';

/** Beyond what any client takes: Node's own stop at 16 KiB unless told otherwise. */
const LARGE_HEADER_BYTES = 512 * 1024;
const ELSEWHERE = `http://${CANARIES[1]}:${CANARIES[2]}@${CANARIES[0]}/login`;

const withStatus =
  (status: number) =>
  ({ answer, send }: FaultyExchange): void => {
    send({ ...answer(), status });
  };

/** Sent with a body that looks right, for clients that do not mind the status. */
const redirect =
  (status: number) =>
  ({ options, answer, send }: FaultyExchange): void => {
    const { headers, body } = answer();
    send({ status, headers: { ...headers, Location: options.location ?? ELSEWHERE }, body });
  };

function noContent({ response, begin }: FaultyExchange): void {
  begin({ status: 204, headers: {} });
  response.end();
}

function empty({ answer, send }: FaultyExchange): void {
  send({ ...answer(), body: '' });
}

/** The right answer after three others that are only on the way. */
function interim({ response, answer, send }: FaultyExchange): void {
  response.writeContinue();
  response.writeProcessing();
  response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => {
    send(answer());
  });
}

function garbageStatusLine({ response }: FaultyExchange): void {
  response.socket?.end(`${telltale('220 mail ready')}\r\n\r\n`);
}

function largeHeaders({ answer, send }: FaultyExchange): void {
  const reply = answer();
  send({ ...reply, headers: { ...reply.headers, 'X-Padding': 'x'.repeat(LARGE_HEADER_BYTES) } });
}

/** Status lines and headers that are not as they should be. */
export const HEAD_FAULTS = {
  'redirect-302': redirect(302),
  'redirect-307': redirect(307),
  /** 204 without a body. */
  'no-content': noContent,
  /** The right status and headers over a body of no bytes. */
  empty,
  /** The right answer under a status that nobody has heard of. */
  'status-299': withStatus(299),
  'status-600': withStatus(600),
  interim,
  'garbage-status-line': garbageStatusLine,
  'large-headers': largeHeaders,
} as const;

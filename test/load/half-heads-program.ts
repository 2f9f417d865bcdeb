import { connect } from 'node:net';

/** What a process that runs this module is to do: open so many connections from an address and send half a head on each. */
export interface HalfHeadsOrder {
  readonly url: string;
  readonly connections: number;
  readonly from: string;
}

/** Sent once every connection has ended: how long after the half head the last did, in milliseconds. */
export interface HalfHeadsReport {
  readonly opened: number;
  readonly lastEndedMs: number;
}

process.once('message', (order: HalfHeadsOrder) => {
  void run(order).then((report) => {
    process.send?.(report, () => {
      process.disconnect?.();
    });
  });
});

async function run({ url, connections, from }: HalfHeadsOrder): Promise<HalfHeadsReport> {
  const lasted = await Promise.all(Array.from({ length: connections }, () => sendHalf(url, from)));
  const opened = lasted.filter((ms) => ms !== null);
  return { opened: opened.length, lastEndedMs: Math.max(...opened) };
}

/** How long the connection stayed open after half a head was sent; null where it was never opened. */
function sendHalf(url: string, localAddress: string): Promise<number | null> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let sentMs: number | null = null;
    const socket = connect({ host: hostname, port: Number(port), localAddress }, () => {
      sentMs = performance.now();
      socket.write('GET /v1/tasks HTTP/1.1\r\nHost: gateway\r\nX-Half: ');
    });
    socket.resume();
    socket.on('error', () => undefined);
    socket.once('close', () => {
      resolve(sentMs === null ? null : performance.now() - sentMs);
    });
  });
}

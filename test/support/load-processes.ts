import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadOrder, Sample } from './load-program.js';

const PROGRAM = join(process.cwd(), 'build-test/test/support/load-program.js');

/** Puts a load on a gateway from so many processes that share it; one alone can be slower than the gateway. */
export async function putLoad(order: LoadOrder, processes: number): Promise<readonly Sample[]> {
  const { perSecond, connections } = order;
  const share: LoadOrder = {
    ...order,
    connections: Math.ceil(connections / processes),
    perSecond: perSecond === null ? null : perSecond / processes,
  };
  const parts = await Promise.all(Array.from({ length: processes }, () => putShare(share)));
  return parts.flat();
}

async function putShare(order: LoadOrder): Promise<readonly Sample[]> {
  const child = fork(PROGRAM, { serialization: 'advanced', execArgv: [] });
  child.send(order);
  const [samples] = (await once(child, 'message')) as [readonly Sample[]];
  return samples;
}

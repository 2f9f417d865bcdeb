import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadOrder, Sample } from './load-program.js';

const PROGRAM = join(process.cwd(), 'build-test/test/load/load-program.js');

/** Puts a load on a gateway from so many processes that share it and begin at once; one alone can be slower than it. */
export async function putLoad(order: LoadOrder, processes: number): Promise<readonly Sample[]> {
  const { perSecond, connections } = order;
  const share: LoadOrder = {
    ...order,
    connections: Math.ceil(connections / processes),
    perSecond: perSecond === null ? null : perSecond / processes,
  };
  const children = await Promise.all(Array.from({ length: processes }, () => connect(share)));
  const parts = await Promise.all(children.map(begin));
  return parts.flat();
}

/** A process that has all its connections. */
async function connect(order: LoadOrder): Promise<ChildProcess> {
  const child = fork(PROGRAM, { serialization: 'advanced', execArgv: [] });
  child.send(order);
  await once(child, 'message');
  return child;
}

async function begin(child: ChildProcess): Promise<readonly Sample[]> {
  child.send('begin');
  const [samples] = (await once(child, 'message')) as [readonly Sample[]];
  return samples;
}

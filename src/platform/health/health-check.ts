import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { addressFile, readAddress } from './address-file.js';

/** With the start of the process, the answer is there within 2 s. */
const TIMEOUT_MS = 1_500;

/**
 * Asks the gateway that was started with a configuration file for its liveness. Null if it is alive, else what is wrong.
 * The configuration itself is not read: it may have changed since, and may be wrong. Loads next to nothing, because container
 * engines run this every few seconds. An empty name means that there is no file. Never throws.
 */
export async function checkHealth(configFile: string): Promise<string | null> {
  if (configFile === '') return 'no configuration file; use --config FILE, or TRIBUTARY_CONFIG=FILE';
  const address = readAddress(configFile);
  if (address === null) return notStarted(configFile);
  try {
    const status = await askLiveness(address);
    return status === 200 ? null : `the gateway at ${address.origin} answers with ${status}`;
  } catch (fault) {
    return `the gateway at ${address.origin} does not answer (${codeOf(fault)})`;
  }
}

function notStarted(configFile: string): string {
  return `no gateway listens with ${configFile}, or it may not write ${addressFile(configFile)}; its log says which`;
}

async function askLiveness(address: URL): Promise<number | undefined> {
  const options: RequestOptions = {
    // It is answered under this name whatever `allowedHosts` says.
    headers: { host: 'localhost' },
    agent: false,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    // The certificate has the public name, and may have expired: that is nothing a restart could heal.
    rejectUnauthorized: false,
  };
  // `import` of node:http reads all of its exports, and so loads its WebSocket: 0.1 s of processor time.
  const { request } =
    address.protocol === 'https:' ? await import('node:https') : process.getBuiltinModule('node:http');
  // With the base path or without it: this path is answered.
  const sent = request(new URL('/health/live', address), options).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.destroy();
  return answer.statusCode;
}

function codeOf(fault: unknown): string {
  const { name, code } = fault as NodeJS.ErrnoException;
  return name === 'AbortError' ? `nothing within ${TIMEOUT_MS} ms` : (code ?? 'unknown error');
}

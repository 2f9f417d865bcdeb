import type { ClientRequest, IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { ConfigError } from '@/config/config-error.js';
import { readServerAddress, type ServerAddress } from '@/config/server-address.js';
import type { Environment } from '@/config/substitution.js';

/** With the start of the process, the answer is there within 2 s. */
const TIMEOUT_MS = 1_500;

/** What this machine has in place of the addresses that stand for all of its own. */
const ALL_ADDRESSES: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Asks the gateway that runs with a configuration file for its liveness. Null if it is alive, else what is wrong. Imports
 * next to nothing: container engines run it every few seconds.
 */
export async function checkHealth(file: string, env: Environment): Promise<string | null> {
  try {
    const address = readServerAddress(file, env);
    if (address.port === 0) return 'server.port is 0, so the port is not known; set server.port';
    const status = await askLiveness(address);
    return status === 200 ? null : `the gateway answers with ${status}`;
  } catch (fault) {
    return fault instanceof ConfigError ? fault.message : `the gateway does not answer (${codeOf(fault)})`;
  }
}

async function askLiveness({ host, port, isTls }: ServerAddress): Promise<number | undefined> {
  const options: RequestOptions = {
    host: ALL_ADDRESSES[host] ?? host,
    port,
    // It is answered with and without the base path, and under this name whatever `allowedHosts` says.
    path: '/health/live',
    headers: { host: 'localhost' },
    agent: false,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    // The certificate has the public name, and may have expired: that is nothing a restart could heal.
    rejectUnauthorized: false,
  };
  const request: Request = (isTls ? await import('node:https') : await import('node:http')).request;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request(options).once('response', resolve).once('error', reject).end();
  const answer = await promise;
  answer.destroy();
  return answer.statusCode;
}

type Request = (options: RequestOptions) => ClientRequest;

function codeOf(fault: unknown): string {
  const { name, code } = fault as NodeJS.ErrnoException;
  return name === 'AbortError' ? `nothing within ${TIMEOUT_MS} ms` : (code ?? 'unknown error');
}

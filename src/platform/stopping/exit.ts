import { setTimeout as sleep } from 'node:timers/promises';
import type { LogOutput } from '../logging/log-output.js';

/** How long the end of the process waits for the last lines of the log. */
const LAST_LINES_MS = 1_000;

/** Ends the process with an exit code as soon as the log is written, but does not wait long for that. */
export async function exitWhenLogged(code: number, output: LogOutput): Promise<never> {
  await Promise.race([output.flushed(), sleep(LAST_LINES_MS)]);
  return exitNow(code, output);
}

/** Ends the process with an exit code; by SIGKILL where it cannot exit because the log's reader has stalled. */
export function exitNow(code: number, output: Pick<LogOutput, 'isInSystem'>): never {
  // `process.exit` waits for the thread that the system holds in a write.
  if (output.isInSystem) process.kill(process.pid, 'SIGKILL');
  return process.exit(code);
}

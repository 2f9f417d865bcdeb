import 'reflect-metadata';
import { ConfigError, CONFIG_EXIT_CODE } from './config/config-error.js';
import { configFileFrom } from './config/config-file-from.js';
import type { Config } from './config/config.js';
import { loadConfig } from './config/load-config.js';
import { createGateway } from './app.setup.js';
import { SYSTEM_CLOCK } from './model/clock.js';
import { createLogger } from './platform/logging/logger.js';
import { Drain, drainMs } from './platform/stopping/drain.js';
import { PROVIDER_SETTINGS } from './providers/providers.module.js';

/** Why a port may be refused. Up here, because the start below runs before what follows it. */
const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'no network interface has that address',
  ENOTFOUND: 'no such host is known',
};

/** Connections that the system keeps for the process until it takes them; others would try again after a second. */
const BACKLOG = 4_096;

await start(readConfig());

/** Ends the process with code 78 (EX_CONFIG) when the configuration is not right. */
function readConfig(): Config {
  try {
    const file = configFileFrom(process.argv.slice(2), process.env);
    return loadConfig({ file, env: process.env, providers: PROVIDER_SETTINGS });
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault;
    process.stderr.write(`${fault.message}\n`);
    process.exit(CONFIG_EXIT_CODE);
  }
}

async function start(config: Config): Promise<void> {
  const log = createLogger(config.log.level);
  const app = await createGateway({ config, log, clock: SYSTEM_CLOCK });
  const { shutdownTimeoutMs } = config.server;
  // A supervisor's stop leaves balancers time to notice; who stops it by hand is not kept waiting.
  for (const [signal, waitMs] of [
    ['SIGTERM', drainMs(shutdownTimeoutMs)],
    ['SIGINT', 0],
  ] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      app.get(Drain).begin();
      setTimeout(() => process.exit(1), shutdownTimeoutMs).unref();
      setTimeout(() => void app.close().then(() => process.exit(0)), waitMs);
    });
  }
  await app
    .listen({ port: config.server.port, host: config.server.host, backlog: BACKLOG })
    .catch(cannotListen(config));
  log.info({ url: await app.getUrl(), sources: config.sources.length }, 'listening');
}

/** Ends the process with code 1 and one line instead of a stack trace. */
function cannotListen({ server }: Config): (fault: unknown) => never {
  return (fault) => {
    const code = (fault as NodeJS.ErrnoException).code ?? 'unknown';
    const hint = HINTS[code] ?? 'the operating system refused';
    process.stderr.write(`cannot listen on ${server.host} port ${server.port}: ${hint} (${code})\n`);
    process.exit(1);
  };
}

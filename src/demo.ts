import 'reflect-metadata';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createGateway } from './app.setup.js';
import { loadConfig } from './config/load-config.js';
import { SYSTEM_CLOCK } from './model/clock.js';
import { createLogger } from './platform/logging/logger.js';
import { PROVIDER_SETTINGS } from './providers/provider-list.js';
import { startSimulator, urlVariables, type Simulator } from './simulator/simulator.js';

const USUAL_PORT = 3000;
const CONFIG_FILE = fileURLToPath(new URL('../docs/demo.yaml', import.meta.url));

const simulator = await startSimulator({ protectionCases: true });
const app = await startGateway(simulator);
process.stdout.write(welcome(await app.getUrl(), simulator));
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void Promise.all([app.close(), simulator.stop()]).then(() => process.exit(0));
  });
}

async function startGateway({ urls }: Simulator): ReturnType<typeof createGateway> {
  const config = loadConfig({
    file: CONFIG_FILE,
    providers: PROVIDER_SETTINGS,
    env: {
      TRIBUTARY_HOST: '127.0.0.1',
      TRIBUTARY_PORT: String(await usablePort(Number(process.env.PORT ?? USUAL_PORT))),
      TRIBUTARY_LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
      ...urlVariables(urls),
    },
  });
  const gateway = await createGateway({ config, log: createLogger(config.log.level), clock: SYSTEM_CLOCK });
  await gateway.listen(config.server.port, config.server.host);
  return gateway;
}

/** The port, or 0 (any free one) when something else listens there. */
function usablePort(port: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(0);
    });
    probe.listen(port, '127.0.0.1', () =>
      probe.close(() => {
        resolve(port);
      }),
    );
  });
}

function welcome(url: string, { urls }: Simulator): string {
  const upstreams = Object.entries(urls).map(([name, address]) => `    ${name.padEnd(4)} ${address}`);
  return `
Tributary is running, in front of simulated upstreams with made-up data.

  Overview       ${url}
  Swagger UI     ${url}/docs
  Tasks          ${url}/v1/tasks
  Upstreams
${upstreams.join('\n')}

Try:

  curl '${url}/v1/tasks?pageSize=3'
  curl '${url}/v1/tasks?status=FAILED&orderBy=endTime%20desc&pageSize=5'
  curl '${url}/v1/protection'
  curl '${url}/v1/resources?verdict=VIOLATED'
  curl -i -H 'Cache-Control: no-cache' '${url}/v1/tasks?provider=oceanbase-ocp&pageSize=2'

Ctrl-C stops it.
`;
}

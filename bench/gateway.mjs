import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { createGateway } from '../dist/app.setup.js';
import { boundHeapGrowth } from '../dist/platform/bound-heap-growth.js';
import { loadConfig } from '../dist/config/load-config.js';
import { SYSTEM_CLOCK } from '../dist/model/clock.js';
import { createLogger } from '../dist/platform/logging/logger.js';
import { PROVIDER_SETTINGS } from '../dist/providers/provider-list.js';
import { serveParent } from './harness/server-process.mjs';

const CONFIG_FILE = fileURLToPath(new URL('gateway.yaml', import.meta.url));

boundHeapGrowth();

await serveParent(async (settings) => {
  let app = await startGateway(settings);
  return {
    ready: { url: await app.getUrl() },
    calls: {
      /** A new gateway in this process: nothing held, no connections, but code that is warm. */
      startAnew: async () => {
        await app.close();
        app = await startGateway(settings);
        return app.getUrl();
      },
    },
  };
});

async function startGateway({ urls, clusters = null, logLevel = 'info', auth = 'none' }) {
  const config = { ...configFor(urls, clusters, logLevel), auth };
  const app = await createGateway({ config, log: createLogger(config.log.level), clock: SYSTEM_CLOCK });
  await app.listen(config.server.port, config.server.host);
  return app;
}

/** `clusters` by provider id; null lets the gateway find them. */
function configFor(urls, clusters, logLevel) {
  const env = {
    LOG_LEVEL: logLevel,
    CSS_URL: urls.css,
    CBR_URL: urls.cbr,
    CCE_URL: urls.cce,
    OCP_URL: urls.ocp,
  };
  const config = loadConfig({ file: CONFIG_FILE, env, providers: PROVIDER_SETTINGS });
  if (clusters === null) return config;
  const sources = config.sources.map((source) => ({
    ...source,
    clusters: clusters[source.provider] ?? null,
  }));
  return { ...config, sources };
}

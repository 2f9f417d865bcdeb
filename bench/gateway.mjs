import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { serveParent } from './harness/server-process.mjs';
import { product } from './world/product.mjs';

const { createGateway } = await product('app.setup.js');
const { boundHeapGrowth } = await product('platform/bound-heap-growth.js');
const { loadConfig } = await product('config/load-config.js');
const { SYSTEM_CLOCK } = await product('model/clock.js');
const { createLogger } = await product('platform/logging/logger.js');
const { PROVIDER_SETTINGS } = await product('providers/provider-list.js');

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

async function startGateway({ urls, clusters = null, logLevel = 'info', auth = 'none', ...more }) {
  const { isTraced = false, freshForMs = {} } = more;
  const config = { ...configFor(urls, clusters, logLevel), auth };
  config.sources = config.sources.map((source) => ({ ...source, ...freshnessOf(source.id, freshForMs) }));
  const log = createLogger(config.log.level, undefined, isTraced);
  const tracedShare = isTraced ? (await trace(log)).requestShare : undefined;
  const app = await createGateway({ config, log, clock: SYSTEM_CLOCK, tracedShare });
  await app.listen(config.server.port, config.server.host);
  return app;
}

/** What the case wants for a source, or for all sources (`*`). */
function freshnessOf(id, { [id]: own, '*': all }) {
  const freshForMs = own ?? all;
  return freshForMs === undefined ? {} : { freshForMs };
}

/** As the variables say that the process was started with. */
async function trace(log) {
  const { startTracing } = await product('platform/tracing/start-tracing.js');
  const { tracingSettings } = await product('platform/tracing/tracing-settings.js');
  const tracing = await startTracing(tracingSettings(process.env), log);
  if (tracing === null) throw new Error('nothing is traced');
  return tracing;
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

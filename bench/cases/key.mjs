import { createHash } from 'node:crypto';
import { startProcess } from '../harness/children.mjs';
import { ask, expect } from '../harness/exchange.mjs';
import { alternate, compareLoads } from '../harness/load.mjs';

const CONNECTIONS = 32;
const WORKERS = 2;
const KEYS = Array.from({ length: 10 }, (_, index) => `trib_${String(index).repeat(43)}`);
const [KEY] = KEYS;
/** Never used up. */
const AMPLE_RATE = { calls: 100_000_000, perMs: 60_000 };

export const key = {
  name: 'key',
  title: `GET /v1/tasks, hot, ${CONNECTIONS} connections: with an API key, against the same gateway without access control`,
  run,
};

async function run(options) {
  const simulator = await startProcess('simulator.mjs');
  const start = (auth) => startProcess('gateway.mjs', { urls: simulator.urls, logLevel: 'warn', auth });
  const [open, keyed, limited] = [
    await start('none'),
    await start(authWith(null)),
    await start(authWith(AMPLE_RATE)),
  ];
  const headers = { 'x-api-key': KEY };
  for (const { url } of [open, keyed, limited])
    await ask(`${url}/v1/tasks`, { ...headers, prefer: 'handling=strict' });
  expect((await ask(`${keyed.url}/v1/tasks`)).status === 401, 'a key is needed');
  const target = (name, server) => ({ name, server, url: `${server.url}/v1/tasks`, headers });
  const targets = [target('without', open), target('key', keyed), target('key and limit', limited)];
  const measured = await alternate(targets, { ...options, connections: CONNECTIONS, workers: WORKERS });
  await Promise.all([open, keyed, limited, simulator].map((server) => server.stop()));
  const [without, withKey, withLimit] = measured;
  return [
    ...compareLoads(`one of ${KEYS.length} keys`, withKey, without),
    ...compareLoads('with a limit of requests, in the process', withLimit, without),
  ];
}

function authWith(rateLimit) {
  const apiKeys = KEYS.map((text, index) => ({
    id: `key-${index}`,
    hash: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    scopes: ['tasks:read'],
    sources: null,
    rateLimit: null,
  }));
  return { apiKeys, oidc: [], anonymous: null, rateLimit, metrics: 'open' };
}

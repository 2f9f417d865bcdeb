import { createHash } from 'node:crypto';
import { startProcess } from '../harness/children.mjs';
import { ask, expect } from '../harness/exchange.mjs';
import { alternate, compareLoads } from '../harness/load.mjs';

const CONNECTIONS = 32;
const WORKERS = 2;
const KEYS = Array.from({ length: 10 }, (_, index) => `trib_${String(index).repeat(43)}`);
const [KEY] = KEYS;
/** Two processes with the same code may differ by some percent for as long as they run. */
const STARTS = 3;
/** Never used up. */
const AMPLE_RATE = { calls: 100_000_000, perMs: 60_000 };

export const key = {
  name: 'key',
  title: `GET /v1/tasks, hot, ${CONNECTIONS} connections: with an API key, against the same gateway without access control`,
  run,
};

async function run(options) {
  const simulator = await startProcess('simulator.mjs');
  const headers = { 'x-api-key': KEY };
  const targetOf = async (name, auth) => {
    const server = await startProcess('gateway.mjs', { urls: simulator.urls, logLevel: 'warn', auth });
    const url = `${server.url}/v1/tasks`;
    await ask(url, { ...headers, prefer: 'handling=strict' });
    expect((await ask(url)).status === (auth === 'none' ? 200 : 401), 'only access control asks for a key');
    return { name, server, url, headers };
  };
  const sides = { without: 'none', key: authWith(null), 'key and limit': authWith(AMPLE_RATE) };
  const targets = [];
  for (let start = 0; start < STARTS; start += 1) {
    for (const [name, auth] of Object.entries(sides)) targets.push(await targetOf(name, auth));
  }
  const measured = await alternate(targets, { ...options, connections: CONNECTIONS, workers: WORKERS });
  await Promise.all([simulator, ...targets.map(({ server }) => server)].map((server) => server.stop()));
  const [without, withKey, withLimit] = Object.keys(sides).map((name) =>
    measured.filter((_, index) => targets[index].name === name).flat(),
  );
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

import { startProcess } from '../harness/children.mjs';
import { ask, expect } from '../harness/exchange.mjs';
import { alternate, compareLoads } from '../harness/load.mjs';

const CONNECTIONS = 64;
/** The load generator needs more than one thread to keep a bare server busy. */
const WORKERS = 2;

export const hotPage = {
  name: 'hot-page',
  title: `GET /v1/tasks, hot, ${CONNECTIONS} connections, against a bare node:http server sending the same bytes`,
  run: (options) => compareWithBare(options, () => ({})),
};

export const notModified = {
  name: 'not-modified',
  title: `GET /v1/tasks with If-None-Match, ${CONNECTIONS} connections, against a bare 304`,
  run: (options) => compareWithBare(options, (etag) => ({ 'if-none-match': etag })),
};

/** Loads the gateway, at both log levels, and a bare server that sends what the gateway sends. */
async function compareWithBare(options, headersFor) {
  const simulator = await startProcess('simulator.mjs');
  const { urls } = simulator;
  const logging = await startProcess('gateway.mjs', { urls, logLevel: 'info' });
  const quiet = await startProcess('gateway.mjs', { urls, logLevel: 'warn' });
  const { headers: first } = await ask(`${logging.url}/v1/tasks`, { prefer: 'handling=strict' });
  await ask(`${quiet.url}/v1/tasks`);
  const headers = headersFor(first.etag);
  const bare = await startBareTwin(`${logging.url}/v1/tasks`, headers);
  const targets = [
    { name: 'gateway', server: logging, url: `${logging.url}/v1/tasks`, headers, status: bare.status },
    { name: 'quiet gateway', server: quiet, url: `${quiet.url}/v1/tasks`, headers, status: bare.status },
    { name: 'bare node:http', server: bare, url: `${bare.url}/v1/tasks`, headers, status: bare.status },
  ];
  const measured = await alternate(targets, { ...options, connections: CONNECTIONS, workers: WORKERS });
  await Promise.all([logging, quiet, bare, simulator].map((server) => server.stop()));
  return rowsOf(measured, options);
}

function rowsOf([logging, quiet, bare]) {
  return [
    ...compareLoads('one log line a request (the default)', logging, bare),
    ...compareLoads('log level warn', quiet, bare),
  ];
}

/** A bare server for one answer of the gateway, proven to send the same bytes. */
async function startBareTwin(url, requestHeaders) {
  const original = await ask(url, requestHeaders);
  const settings = {
    status: original.status,
    headers: ownHeaders(original.rawHeaders),
    bodyBase64: original.body.toString('base64'),
  };
  const bare = await startProcess('bare.mjs', settings);
  const copy = await ask(bare.url, requestHeaders);
  expect(
    original.status === (requestHeaders['if-none-match'] === undefined ? 200 : 304),
    'the status is right',
  );
  expect(copy.status === original.status, 'the bare server answers with the same status');
  expect(copy.body.equals(original.body), 'the bare server sends the same body');
  expect(shapeOf(copy) === shapeOf(original), 'the bare server sends the same headers');
  return { ...bare, status: original.status };
}

/** Without those that node:http adds to every answer by itself. */
function ownHeaders(rawHeaders) {
  const added = ['date', 'connection', 'keep-alive'];
  return Object.fromEntries(pairsOf(rawHeaders).filter(([name]) => !added.includes(name)));
}

/** All header lines in order; the values of `date` may differ, as the second may have changed. */
function shapeOf({ rawHeaders }) {
  const lines = pairsOf(rawHeaders).map(([name, value]) => `${name}: ${name === 'date' ? '*' : value}`);
  return lines.join('\n');
}

function pairsOf(rawHeaders) {
  const pairs = [];
  for (let at = 0; at < rawHeaders.length; at += 2)
    pairs.push([rawHeaders[at].toLowerCase(), rawHeaders[at + 1]]);
  return pairs;
}

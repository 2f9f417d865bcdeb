import { once } from 'node:events';
import { connect } from 'node:net';
import type { UpstreamName } from '../../src/simulator/settings.js';
import { startSimulator, type Simulator } from '../../src/simulator/simulator.js';
import { ask, type Answer, type Question } from './simulator-client.js';

const PROJECT = '04f1829c788037ac2fb8c01eb2b04b95';
const OCP_LOGIN = Buffer.from('admin:example-password').toString('base64');

/** A simulator whose clock stands still, with some rows in one feed of each upstream. */
export interface StillSimulator {
  readonly simulator: Simulator;
  /** The host of an upstream, with its port. */
  readonly host: (name: UpstreamName) => string;
  /** Asks for the rows of the feed; IAM for a token. */
  readonly ask: (name: UpstreamName, page?: string) => Promise<Answer>;
  readonly askClusters: (name: 'css' | 'cce' | 'ocp') => Promise<Answer>;
  /** Everything that comes until there is enough or the connection ends, byte by byte. */
  readonly listen: (name: UpstreamName, isEnough?: (heard: string) => boolean) => Promise<string>;
}

export async function openStillSimulator(nowMs: number): Promise<StillSimulator> {
  const fleet = { cssClusters: 1, cssRowsPerCluster: 12, cbrRows: 12, cceClusters: 1, cceRowsPerCluster: 12 };
  const simulator = await startSimulator({ clock: () => nowMs, fleet, life: { rate: 0 } });
  const paths = pathsOf(simulator);
  const host = (name: UpstreamName): string => new URL(simulator.urls[name]).host;
  return {
    simulator,
    host,
    ask: (name, page = PAGES[name]) => ask(simulator.urls[name] + paths[name] + page, questionFor(name)),
    askClusters: (name) => ask(simulator.urls[name] + CLUSTER_PATHS[name], questionFor(name)),
    listen: (name, isEnough) =>
      listen(host(name), requestText(host(name), paths[name] + PAGES[name], name), isEnough),
  };
}

const PAGES: Readonly<Record<UpstreamName, string>> = {
  css: '?offset=1&limit=100',
  cbr: '?offset=0&limit=100',
  cce: '',
  ocp: '?page=1&size=100',
  iam: '',
};

const CLUSTER_PATHS = {
  css: `/v1.0/${PROJECT}/clusters`,
  cce: `/api/v3/projects/${PROJECT}/clusters`,
  ocp: '/api/v2/ob/clusters',
};

function pathsOf({ fleet }: Simulator): Record<UpstreamName, string> {
  return {
    css: `/v1.0/${PROJECT}/clusters/${fleet.css[0]?.id ?? ''}/logs/records`,
    cbr: `/v3/${PROJECT}/operation-logs`,
    cce: `/api/v3.1/projects/${PROJECT}/clusters/${fleet.cce[0]?.id ?? ''}/operation/snapshot/tasks`,
    ocp: '/api/v2/ob/clusters/1000005/backup/task/logBackupTasks',
    iam: '/v3/auth/tokens',
  };
}

const IAM_LOGIN = JSON.stringify({
  auth: {
    identity: {
      methods: ['password'],
      password: {
        user: { name: 'backup-reader', password: 'example-password', domain: { name: 'acme' } },
      },
    },
  },
});

function questionFor(name: UpstreamName): Question {
  if (name === 'iam') return { method: 'POST', body: IAM_LOGIN };
  return {
    headers: name === 'ocp' ? { authorization: `Basic ${OCP_LOGIN}` } : { 'x-auth-token': 'example-token' },
  };
}

function requestText(host: string, path: string, name: UpstreamName): string {
  const { method = 'GET', headers = {}, body = '' } = questionFor(name);
  const fields = { host, ...headers, 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(fields).map(([field, value]) => `${field}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

async function listen(host: string, request: string, isEnough?: (heard: string) => boolean): Promise<string> {
  const { hostname, port } = new URL(`http://${host}`);
  const socket = connect(Number(port), hostname);
  let heard = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    heard += text;
    if (isEnough?.(heard) === true) socket.destroy();
  });
  socket.on('end', () => socket.destroy());
  socket.write(request);
  await once(socket, 'close');
  return heard;
}

/** The rows of an answer, or its clusters; none where it has no list. */
export function rowsIn({ json }: Pick<Answer, 'json'>): readonly unknown[] {
  const body = json as Partial<Record<string, unknown[]>> & { data?: { contents: unknown[] } };
  return (
    body.clusterLogRecord ?? body.clusters ?? body.operation_logs ?? body.items ?? body.data?.contents ?? []
  );
}

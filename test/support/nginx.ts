import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ask } from './http.js';
import { sparePort, until } from './redis.js';

export const NO_NGINX = 'The tests behind a reverse proxy need nginx: apt-get install nginx-light.';

/** True where nginx can be run; `startNginx` needs it. */
export function hasNginx(): boolean {
  return spawnSync('nginx', ['-v'], { env: environment() }).status === 0;
}

/** Debian has it where the PATH of users does not lead. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: [process.env.PATH, '/usr/sbin'].join(delimiter) };
}

/** A reverse proxy in front of a gateway. */
export interface ReverseProxy {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts an nginx that serves a gateway under a path, and nothing else. */
export async function startNginx(gatewayUrl: string, path: string): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-nginx-'));
  for (;;) {
    const proxy = await tryPort(await sparePort(), { folder, gatewayUrl, path });
    if (proxy !== null) return proxy;
  }
}

interface Place {
  readonly folder: string;
  readonly gatewayUrl: string;
  readonly path: string;
}

/** Null where something else has taken the port meanwhile. */
async function tryPort(port: number, { folder, gatewayUrl, path }: Place): Promise<ReverseProxy | null> {
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration(port, { folder, gatewayUrl, path }));
  const child = spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', file], { env: environment() });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const url = `http://127.0.0.1:${port}`;
  const answers = (): Promise<boolean> =>
    ask(`${url}${path}/health/live`).then(
      ({ status }) => status === 200,
      () => false,
    );
  await until(async () => child.exitCode !== null || (await answers()));
  if (child.exitCode !== null) {
    await ended;
    if (told.includes('Address already in use')) return null;
    throw new Error(`nginx ended: ${told}`);
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { url, stop };
}

/** As docs/serving.md says, in one process that needs no rights. */
function configuration(port: number, { folder, gatewayUrl, path }: Place): string {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
${folders.map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  server {
    listen 127.0.0.1:${port};
    location ${path}/ {
      proxy_pass ${gatewayUrl};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`;
}

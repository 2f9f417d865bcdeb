import { readdirSync, readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { CSS, HTML, SCRIPT, serveFile, type ServedFile } from '@/platform/pages/serve-file.js';
import { OVERVIEW_POLICY, overviewPage } from './overview-page.js';

/** Where `scripts/build-page.mjs` puts the script, the style and the licences of the page. */
const FOLDER = new URL('assets/', import.meta.url);

/** Serves the overview page at the root. Its files have names that change with their content. */
export function serveOverview(server: FastifyInstance, basePath: string): void {
  const names = builtFiles();
  const named = (start: string): string => names.find((name) => name.startsWith(start)) ?? start;
  const page = overviewPage({ script: named('main-'), style: named('style-'), licences: named('licences-') });
  serveFile(server, '/', {
    type: HTML,
    read: () => page,
    policy: OVERVIEW_POLICY,
    redirect: (url) => toFolder(url, basePath),
  });
  for (const name of names) serveFile(server, `/assets/${name}`, asset(name));
}

function builtFiles(): string[] {
  try {
    return readdirSync(FOLDER);
  } catch {
    throw new Error('The overview page is not built. Run "npm run build", which builds it with the gateway.');
  }
}

const TYPES: Readonly<Record<string, string>> = { js: SCRIPT, css: CSS, txt: 'text/plain; charset=utf-8' };

function asset(name: string): ServedFile {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  return { type, read: () => readFileSync(new URL(name, FOLDER)), isImmutable: true };
}

/** The links of the page hold below a slash only: `/backups` leads to `/backups/`. */
function toFolder(url: string, basePath: string): string | null {
  const [path = '', query] = url.split('?', 2);
  if (basePath === '' || path !== basePath) return null;
  return `${basePath}/${query === undefined ? '' : `?${query}`}`;
}

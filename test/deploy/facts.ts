import { readFileSync } from 'node:fs';

const DOCKERFILE = readFileSync('Dockerfile', 'utf8');

/** What the image is, as the Dockerfile says; manifests must say the same. */
export const IMAGE = {
  user: number(/^USER (\d+):\d+$/gm),
  group: number(/^USER \d+:(\d+)$/gm),
  port: number(/^EXPOSE (\d+)$/gm),
  configFile: text(/TRIBUTARY_CONFIG=(\S+)/g),
};

export const VERSION = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;

/** The paths that the gateway serves, outside any base path. */
export const ROUTES = Object.keys(
  (JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as { paths: Record<string, unknown> }).paths,
);

/** Of several, the last: the gateway is the last stage. */
function text(pattern: RegExp): string {
  const found = [...DOCKERFILE.matchAll(pattern)].at(-1)?.[1];
  if (found === undefined) throw new Error(`nothing in the Dockerfile is like ${String(pattern)}`);
  return found;
}

function number(pattern: RegExp): number {
  return Number(text(pattern));
}

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '@/platform/problem/api-problem.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask, type Answer } from '../support/http.js';

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator({ fleet: { cssClusters: 1, cbrRows: 5, cceClusters: 1, ocpTenants: 1 } });
  gateway = await startGateway(simulator);
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

const get = (path: string): Promise<Answer> => ask(`${gateway.url}${path}`);

/** Where the links of a page lead, seen from the page. */
function linksOf(path: string, html: string): string[] {
  return [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link = '']) => {
    const { pathname } = new URL(link, `${gateway.url}${path}`);
    return pathname;
  });
}

const DOCS = ['/docs', '/docs/', '/docs/index.html'];
const SCRIPTED = ['/', ...DOCS];
const PROBLEM_PAGES = ['/problems', ...Object.keys(PROBLEMS).map((slug) => `/problems/${slug}`)];

describe('the HTML pages', () => {
  it.each([...SCRIPTED, ...PROBLEM_PAGES])('%s fits a phone, and all of its links work', async (path) => {
    const page = await get(path);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
    expect(page.text).toMatch(/^<!doctype html>\n<html lang="en">/);
    const links = linksOf(path, page.text);
    expect(links.length).toBeGreaterThan(0);
    for (const link of new Set(links)) expect([link, (await get(link)).status]).toEqual([link, 200]);
  });

  it.each(DOCS)('%s links to the same files under any path', async (path) => {
    const page = await get(path);
    expect(linksOf(path, page.text)).toEqual(
      expect.arrayContaining(['/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css', '/docs/start.js']),
    );
  });

  it('the files of the overview page may be kept for good, and the page itself is asked for again', async () => {
    const page = await get('/');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('etag')).toMatch(/^"/);
    const files = linksOf('/', page.text).filter((link) => link.startsWith('/assets/'));
    expect(files.map((file) => file.replace(/-[^.]+/, ''))).toEqual([
      '/assets/style.css',
      '/assets/main.js',
      '/assets/licences.txt',
    ]);
    for (const file of files) {
      const { headers } = await get(file);
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
  });

  it('the overview page comes with the licences of the packages in its script', async () => {
    const [file = ''] = linksOf('/', (await get('/')).text).filter((link) => link.endsWith('.txt'));
    const { text, headers } = await get(file);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    for (const name of ['preact', 'htm', '@preact/signals']) {
      expect(text).toContain(`${name} ${devDependencies[name] ?? ''} (`);
    }
    expect(text).toContain('Permission is hereby granted');
  });

  it.each([
    ['/favicon.ico', 'image/x-icon'],
    ['/favicon.svg', 'image/svg+xml'],
  ])('%s is an icon', async (path, type) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.text.length).toBeGreaterThan(100);
  });
});

describe('the package of Swagger UI', () => {
  it.each([
    'package.json',
    'README.md',
    'LICENSE',
    'index.css',
    'index.js',
    'swagger-initializer.js',
    'swagger-ui-bundle.js.map',
    'swagger-ui.css.map',
    'swagger-ui.js',
    'swagger-ui-es-bundle.js',
    'swagger-ui-standalone-preset.js',
    'oauth2-redirect.html',
    'oauth2-redirect.js',
    '%2e%2e/package.json',
    '..%2fpackage.json',
    'docs/swagger-ui-bundle.js',
  ])('%s is not served', async (name) => {
    const answer = await get(`/docs/${name}`);
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ type: '/problems/not-found' });
  });

  it.each(['swagger-ui-bundle.js', 'swagger-ui.css'])(
    '%s refers to no source map that is not served',
    async (name) => {
      const { status, text } = await get(`/docs/${name}`);
      expect(status).toBe(200);
      expect(text).not.toContain('sourceMappingURL');
    },
  );
});

describe('the Content-Security-Policy', () => {
  it.each(SCRIPTED)('of %s allows scripts and styles of the gateway only', async (path) => {
    const policy = (await get(path)).headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect((await get(path)).text).not.toMatch(/<script>|<style|style="|javascript:| on\w+="/);
  });

  it.each(PROBLEM_PAGES)('of %s allows its own style and no script', async (path) => {
    const policy = (await get(path)).headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src 'self'/);
    expect(policy).not.toMatch(/script-src|unsafe|\*|https?:/);
  });

  it.each([
    '/v1/tasks',
    '/v1/tasks?colour=red',
    '/nothing',
    '/openapi.json',
    '/health/live',
    '/metrics',
    '/favicon.svg',
  ])('of %s allows nothing', async (path) => {
    const { headers } = await get(path);
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });
});

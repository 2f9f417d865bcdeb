import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { stringify } from 'yaml';
import { FAVICON_ICO, FAVICON_SVG } from '../pages/favicon.js';
import { CSS, HTML, SCRIPT, serveFile, type ServedFile } from '../pages/serve-file.js';
import { START_SCRIPT, SWAGGER_UI_POLICY, SWAGGER_UI_STYLE, swaggerUiPage } from './swagger-ui.js';

/**
 * Serves the document, Swagger UI for it, and the icons of all pages. The document is made when it is first asked for.
 */
export function serveDocument(server: FastifyInstance, makeDocument: () => OpenAPIObject): void {
  const served: Readonly<Record<string, ServedFile>> = {
    '/openapi.json': { type: 'application/json; charset=utf-8', read: () => JSON.stringify(makeDocument()) },
    '/openapi.yaml': { type: 'application/yaml; charset=utf-8', read: () => yamlOf(makeDocument()) },
    ...SWAGGER_UI,
    '/favicon.svg': { type: 'image/svg+xml', read: () => FAVICON_SVG },
    '/favicon.ico': { type: 'image/x-icon', read: () => FAVICON_ICO },
  };
  for (const [path, file] of Object.entries(served)) serveFile(server, path, file);
}

/** All that Swagger UI needs; its package holds much more. */
const SWAGGER_UI: Readonly<Record<string, ServedFile>> = {
  '/docs': swaggerUiAt(''),
  '/docs/': swaggerUiAt('../'),
  '/docs/index.html': swaggerUiAt('../'),
  '/docs/start.js': { type: SCRIPT, read: () => START_SCRIPT },
  '/docs/tributary.css': { type: CSS, read: () => SWAGGER_UI_STYLE },
  '/docs/swagger-ui.css': { type: CSS, read: () => partOfSwaggerUi('swagger-ui.css') },
  '/docs/swagger-ui-bundle.js': { type: SCRIPT, read: () => partOfSwaggerUi('swagger-ui-bundle.js') },
};

function swaggerUiAt(root: '' | '../'): ServedFile {
  return { type: HTML, read: () => swaggerUiPage(root), policy: SWAGGER_UI_POLICY };
}

function partOfSwaggerUi(name: string): string {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  // The map that the last line names is not served.
  return readFileSync(join(folder, name), 'utf8').replace(/\n?(?:\/\/|\/\*)# sourceMappingURL=.*\s*$/, '\n');
}

function yamlOf(document: OpenAPIObject): string {
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
}

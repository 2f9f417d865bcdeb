/** The `Content-Security-Policy` of the page: nothing from elsewhere. Swagger UI has its icons as `data:` URLs. */
export const SWAGGER_UI_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page of Swagger UI. `root` is the way from the page to the root: links hold behind any path prefix. */
export function swaggerUiPage(root: '' | '../'): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tributary</title>
<link rel="icon" href="${root}favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${root}docs/swagger-ui.css">
<link rel="stylesheet" href="${root}docs/tributary.css">
<script src="${root}docs/swagger-ui-bundle.js" defer></script>
<script src="${root}docs/start.js" defer></script>
</head>
<body>
<div id="swagger-ui" data-root="${root}"></div>
<noscript>Swagger UI needs JavaScript. The document itself is at <a href="${root}openapi.json">openapi.json</a>.</noscript>
</body>
</html>
`;
}

/**
 * The script that starts Swagger UI. It follows the system's colour scheme, and offers the providers and sources that
 * the gateway knows as choices: both are open lists, so the document itself must not close them.
 */
export const START_SCRIPT = `'use strict';
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
followScheme();
dark.addEventListener('change', followScheme);

/** What the gateway has in a list of its own; nothing where it does not say in time. */
async function idsOf(url, list) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
    return answer.ok ? (await answer.json())[list].map(({ id }) => id) : [];
  } catch {
    return [];
  }
}

/** The parameter as the page shows it: a list to choose from, where the gateway knows what there is. */
function withChoices(parameter, choices) {
  const { schema = {} } = parameter;
  const list = (schema.anyOf || [schema]).find(({ type }) => type === 'array');
  if (list === undefined) return parameter;
  const known = choices[parameter.name] || [];
  const items = known.length === 0 ? list.items : { ...list.items, enum: known };
  return { ...parameter, schema: { ...list, items } };
}

function documentWithChoices(document, choices) {
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item)) {
      if (!operation.parameters) continue;
      operation.parameters = operation.parameters.map((parameter) => withChoices(parameter, choices));
    }
  }
  return document;
}

async function start() {
  const { root } = document.querySelector('#swagger-ui').dataset;
  const [provider, source] = await Promise.all([
    idsOf(root + 'v1/providers', 'providers'),
    idsOf(root + 'v1/sources', 'sources'),
  ]);
  const offerChoices = () => ({
    statePlugins: {
      spec: {
        wrapActions: {
          updateJsonSpec: (update) => (json) => update(documentWithChoices(json, { provider, source })),
        },
      },
    },
  });
  SwaggerUIBundle({
    dom_id: '#swagger-ui',
    url: root + 'openapi.json',
    validatorUrl: null,
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    defaultModelsExpandDepth: 0,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [offerChoices],
    syntaxHighlight: { theme: 'tomorrow-night' },
    layout: 'BaseLayout',
  });
}

void start();
`;

/** What Swagger UI's own style lacks: one column on phones, and contrast. */
export const SWAGGER_UI_STYLE = `body { margin: 0; }
/* There is one server: this gateway. */
.swagger-ui .scheme-container .schemes > .schemes-server-container { display: none; }
.swagger-ui .scheme-container { box-shadow: none; margin: 0; padding: 0 0 16px; }
.swagger-ui .btn.authorize { color: #1d6b3f; border-color: #1d6b3f; }
.swagger-ui .btn.authorize svg { fill: #1d6b3f; }
.swagger-ui .opblock-body small, .swagger-ui .opblock-body small code { font-size: 12px; }
.swagger-ui .info .title small.version-stamp { background: #44640a; }
.swagger-ui .info .title small { background: #5a6270; }
.swagger-ui .opblock.opblock-get .opblock-summary-method { background: #1b62b5; color: #fff; }
.swagger-ui .btn.execute { background: #1b62b5; border-color: #1b62b5; color: #fff; }
.swagger-ui .download-contents { background: #555b6b; color: #fff; }

@media (prefers-color-scheme: light) {
  .swagger-ui a, .swagger-ui .info a, .swagger-ui .info .link { color: #1b62b5; }
  .swagger-ui .parameter__in { color: #5a6270; }
  .swagger-ui .btn.cancel { color: #b3261e; border-color: #b3261e; }
}

@media (prefers-color-scheme: dark) {
  html { background: #1c2022; }
  .swagger-ui .btn.authorize { color: #7fd6a4; border-color: #7fd6a4; }
  .swagger-ui .btn.authorize svg { fill: #7fd6a4; }
  .swagger-ui .headers-wrapper table.headers td.header-col { color: #e4e6e6; }
  .swagger-ui .parameter__in { color: #b7bcbf; }
}

/* Phones: one column instead of tables. */
@media (max-width: 40em) {
  .swagger-ui .wrapper { padding: 0 12px; }
  .swagger-ui .info { margin: 24px 0; }
  .swagger-ui .opblock-tag { flex-wrap: wrap; }
  .swagger-ui .opblock .opblock-summary-path { max-width: none; overflow-wrap: anywhere; }
  .swagger-ui .opblock .opblock-section-header { padding: 8px 12px; }
  .swagger-ui .opblock-description-wrapper { padding: 12px; }
  .swagger-ui .parameters-container .table-container, .swagger-ui .responses-inner { padding: 12px; }
  .swagger-ui table.parameters > thead, .swagger-ui table.responses-table > thead { display: none; }
  .swagger-ui table.parameters > tbody, .swagger-ui table.responses-table > tbody { display: block; }
  .swagger-ui table.parameters > tbody > tr, .swagger-ui table.responses-table > tbody > tr { display: block; padding: 8px 0; }
  .swagger-ui table.parameters > tbody > tr > td, .swagger-ui table.responses-table > tbody > tr > td {
    display: block; width: auto; min-width: 0; max-width: none; padding: 4px 0;
  }
  .swagger-ui table.responses-table > tbody > tr > td.response-col_links { display: none; }
  .swagger-ui .parameters-col_description input, .swagger-ui .parameters-col_description select {
    box-sizing: border-box; width: 100%; max-width: 100%;
  }
  .swagger-ui .response-controls { flex-wrap: wrap; }
}
`;

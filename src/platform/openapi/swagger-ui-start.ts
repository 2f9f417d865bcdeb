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

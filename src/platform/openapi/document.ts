import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { PROVIDERS, type Provider } from '@/model/provider.js';
import { addErrorAnswers } from './error-answers.js';
import { SECURITY_SCHEMES } from './needed-scopes.js';
import { inReadingOrder } from './reading-order.js';
import { addNumberFormats, describeListParameters, openAnswerEnums } from './refine-schemas.js';
import { addTaskSchemas } from './task-schemas.js';

/** `info.version`; the rule by which it grows stands in the description. */
const VERSION = '1.3.0';

const DESCRIPTION = `Tributary asks several backup systems, turns every record into one Task, and answers one question at a
time: what ran, what runs, what failed, what is missing.

Every answer says how far it can be relied on: \`completeness\` and \`unreachable\` name the feeds that are
missing, stale or truncated. Freshness is negotiated with \`Cache-Control\` and \`Prefer\`.

Every error is a \`Problem\` (RFC 9457), that of an unknown path (404) or method (405, with \`Allow\`) included, and
[each kind of problem](/problems) has a page of its own.

Answers are open to growth: clients must ignore fields that they do not know, and must take words that are not in an
\`x-extensible-enum\`. A status that a client does not know is best treated as \`UNKNOWN\`, a type as \`OTHER\`, any other
word as one without a meaning of its own. In requests the words of an \`enum\` are all there are: any other is a 400.

\`info.version\` follows semantic versioning. The last number grows with corrections of the text; the middle one with what
is new and breaks no client that keeps to the above: operations, optional parameters, fields, words; the first one with
everything else, together with the \`/v1\` of the paths.`;

/** The one contract of the gateway: OpenAPI 3.1, the same bytes for the same code and base path. */
export function createDocument(app: INestApplication, basePath: string): OpenAPIObject {
  const outline = new DocumentBuilder()
    .setTitle('Tributary')
    .setDescription(DESCRIPTION.replace('(/problems)', `(${basePath}/problems)`))
    .setVersion(VERSION)
    .setOpenAPIVersion('3.1.0')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer(basePath || '/', 'This gateway')
    .addTag('tasks', 'The merged list of backup tasks')
    .addTag('resources', 'What backups protect, and whether they do')
    .addTag('sources', 'Where tasks come from, and how current they are')
    .addTag('operations', 'For those who run the gateway')
    .build();
  // The builder's contact is empty.
  delete outline.info.contact;
  const document = SwaggerModule.createDocument(app, outline);
  // Operations that need a scope say so themselves.
  document.security = [];
  document.components = { ...document.components, securitySchemes: SECURITY_SCHEMES };
  const providers = app.get<readonly Provider[]>(PROVIDERS, { strict: false });
  describeListParameters(document, { provider: providers.map(({ settings }) => settings.id) });
  addTaskSchemas(document);
  openAnswerEnums(document);
  return inReadingOrder(addNumberFormats(addRequestIdHeader(addErrorAnswers(document))));
}

const NAME = 'X-Request-Id';

/** Adds to every answer, errors included, the header that each of them carries. */
function addRequestIdHeader(document: OpenAPIObject): OpenAPIObject {
  document.components = { ...document.components, headers: { [NAME]: HEADER } };
  const all = [
    { responses: document.components.responses },
    ...Object.values(document.paths).map(({ get }) => get),
  ];
  for (const answers of all) {
    for (const answer of Object.values(answers?.responses ?? {})) {
      if (answer === undefined || '$ref' in answer) continue;
      answer.headers = { ...answer.headers, [NAME]: { $ref: `#/components/headers/${NAME}` } };
    }
  }
  return document;
}

const HEADER = {
  description:
    "Names this call in the gateway's log: the caller's own `X-Request-Id` if it is sane, else a new one.",
  required: true,
  schema: { type: 'string' },
  example: '6f1f3a52-4c0e-4b0e-9a55-1f8a3d0c7b11',
};

import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { addErrorAnswers } from './error-answers.js';
import { inReadingOrder } from './reading-order.js';
import { addRequestIdHeader } from './request-id-header.js';

const DESCRIPTION = `Tributary asks several backup systems, turns every record into one Task, and answers one question at a
time: what ran, what runs, what failed, what is missing.

Every answer says how far it can be relied on: \`completeness\` and \`unreachable\` name the feeds that are
missing, stale or truncated. Freshness is negotiated with \`Cache-Control\` and \`Prefer\`.

Every error is a \`Problem\` (RFC 9457), that of an unknown path (404) or method (405, with \`Allow\`) included, and
[each kind of problem](/problems) has a page of its own.`;

/** The one contract of the gateway: OpenAPI 3.1, the same bytes for the same code. */
export function createDocument(app: INestApplication): OpenAPIObject {
  const outline = new DocumentBuilder()
    .setTitle('Tributary')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'This gateway')
    .addTag('tasks', 'The merged list of backup tasks')
    .addTag('sources', 'Where tasks come from, and how current they are')
    .addTag('operations', 'For those who run the gateway')
    .build();
  const document = SwaggerModule.createDocument(app, outline);
  return inReadingOrder(addRequestIdHeader(addErrorAnswers(document)));
}

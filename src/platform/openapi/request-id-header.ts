import type { OpenAPIObject } from '@nestjs/swagger';

const NAME = 'X-Request-Id';

/** Adds to every answer, errors included, the header that each of them carries. */
export function addRequestIdHeader(document: OpenAPIObject): OpenAPIObject {
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

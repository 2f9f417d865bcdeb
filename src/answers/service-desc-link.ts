/** What the client asked for, and the same below the base path: a request of Fastify's. */
export interface RequestTarget {
  readonly originalUrl: string;
  readonly url: string;
}

/** The `Link` to the OpenAPI document (RFC 8288), below the base path by which the client has come. */
export function serviceDescLink({ originalUrl, url }: RequestTarget): string {
  const basePath = originalUrl.slice(0, originalUrl.length - url.length);
  return `<${basePath}/openapi.json>; rel="service-desc"`;
}

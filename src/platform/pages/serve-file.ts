import type { FastifyInstance } from 'fastify';
import { tagOf } from '../compression/entity-tag.js';

/** A file that is the same for everybody, as it is served. */
export interface ServedFile {
  readonly type: string;
  /** Called once, when the file is first asked for. */
  readonly read: () => string | Buffer;
  /** The `Content-Security-Policy`, where it is a page. */
  readonly policy?: string;
  /** True where another content has another path: the file may then be kept for good. */
  readonly isImmutable?: boolean;
  /** Given what the client asked for: where it is to ask instead, or null. */
  readonly redirect?: (url: string) => string | null;
}

export const HTML = 'text/html; charset=utf-8';
export const CSS = 'text/css; charset=utf-8';
export const SCRIPT = 'text/javascript; charset=utf-8';

const FOR_A_YEAR = 'public, max-age=31536000, immutable';

/** Serves a file at a path, with a strong ETag. */
export function serveFile(
  server: FastifyInstance,
  path: string,
  { type, read, policy, isImmutable = false, redirect }: ServedFile,
): void {
  let known: { readonly body: Buffer; readonly etag: string } | null = null;
  const cacheControl = isImmutable ? FOR_A_YEAR : 'no-cache';
  server.get(path, (request, reply) => {
    const elsewhere = redirect?.(request.originalUrl) ?? null;
    if (elsewhere !== null) return reply.redirect(elsewhere, 308);
    if (known === null) {
      const body = Buffer.from(read());
      known = { body, etag: tagOf(body) };
    }
    if (policy !== undefined) void reply.header('content-security-policy', policy);
    void reply.headers({ 'content-type': type, 'cache-control': cacheControl, etag: known.etag });
    return reply.send(known.body);
  });
}

import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { ApiProblem } from '../problem/api-problem.js';
import type { ProblemFilter } from '../problem/problem.filter.js';
import { acceptedCodings, codingOf, type ContentCoding } from './content-coding.js';
import { codedTag, matchesTag } from './entity-tag.js';

const COMPRESSIBLE = /^(?:text\/|image\/svg\+xml|application\/(?:[\w.-]+\+)?(?:json|yaml|javascript)\b)/;
const NOTHING_ACCEPTED = 'Accept-Encoding refuses every coding; allow identity, gzip or br.';

type Send = (fault: Error | null, payload?: unknown) => void;

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/**
 * Sends bodies in the coding that the caller prefers, and none where the caller has the same bytes already: `ETag` and
 * `If-None-Match` are about the bytes as sent. A caller that accepts no coding, not even a plain body, gets a 406.
 */
export function compressAnswers(server: FastifyInstance, filter: ProblemFilter): void {
  const bodies = new CompressedBodies();
  server.addHook('onRequest', (request, reply, done) => {
    if (acceptedCodings(request.headers['accept-encoding']).length > 0) done();
    else filter.send(new ApiProblem('not-acceptable', NOTHING_ACCEPTED), request, reply);
  });
  // Fastify's hooks have four parameters.
  // eslint-disable-next-line max-params
  server.addHook('onSend', (request, reply, payload: unknown, send: Send) => {
    const body = compressible(payload, reply);
    if (body === null) send(null, payload);
    else sendBody(body, { request, reply }, { bodies, send });
  });
}

/** The body, where there is one that may be compressed; else null. */
function compressible(payload: unknown, reply: FastifyReply): Buffer | null {
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return null;
  const mediaType = reply.getHeader('content-type');
  if (typeof mediaType !== 'string' || !COMPRESSIBLE.test(mediaType)) return null;
  return Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
}

interface Sending {
  readonly bodies: CompressedBodies;
  readonly send: Send;
}

function sendBody(body: Buffer, { request, reply }: Exchange, { bodies, send }: Sending): void {
  const { 'accept-encoding': acceptEncoding, 'if-none-match': ifNoneMatch } = request.headers;
  const coding = codingOf(acceptEncoding, body.length);
  const plainTag = reply.getHeader('etag');
  const tag = typeof plainTag === 'string' ? codedTag(plainTag, coding) : null;
  void reply.header('vary', withAcceptEncoding(reply.getHeader('vary')));
  if (tag !== null) {
    void reply.header('etag', tag);
    if (reply.statusCode === 200 && matchesTag(ifNoneMatch, tag)) {
      void reply.status(304).removeHeader('content-type').removeHeader('content-length');
      // Of what is no stream, Fastify makes a Content-Length of 0 for a HEAD; a 304 has none.
      send(null, request.method === 'HEAD' ? Readable.from([]) : null);
      return;
    }
  }
  if (coding === 'identity') {
    send(null, body);
    return;
  }
  void reply.header('content-encoding', coding).removeHeader('content-length');
  const compressed = bodies.of(body, coding, tag);
  if (Buffer.isBuffer(compressed)) send(null, compressed);
  else
    compressed.then((made) => {
      send(null, made);
    }, send);
}

function withAcceptEncoding(vary: string | number | string[] | undefined): string {
  return vary === undefined ? 'Accept-Encoding' : `${String(vary)}, Accept-Encoding`;
}

const MOST_BYTES = 16 * 2 ** 20;

/** A page of 1,000 tasks (790 kB) takes about as long in either, and comes out at less than a tenth. */
const BROTLI_QUALITY = 4;
const GZIP_LEVEL = 5;

const COMPRESS: Record<Exclude<ContentCoding, 'identity'>, (body: Buffer) => Promise<Buffer>> = {
  br: (body) =>
    promisify(brotliCompress)(body, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
  gzip: (body) => promisify(gzip)(body, { level: GZIP_LEVEL }),
};

/** Bodies in the codings they were asked for. What has a strong tag is compressed once, for all who ask for it. */
export class CompressedBodies {
  readonly #known = new LRUCache<string, Buffer>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ length }, tag) => length + tag.length,
  });

  readonly #making = new Map<string, Promise<Buffer>>();

  /** The body in a coding, at once where it is known. `tag` names its bytes in that coding; null: it has no tag. */
  of(body: Buffer, coding: Exclude<ContentCoding, 'identity'>, tag: string | null): Buffer | Promise<Buffer> {
    if (tag === null) return COMPRESS[coding](body);
    return this.#known.get(tag) ?? this.#making.get(tag) ?? this.#make(body, coding, tag);
  }

  #make(body: Buffer, coding: Exclude<ContentCoding, 'identity'>, tag: string): Promise<Buffer> {
    const making = COMPRESS[coding](body)
      .then((compressed) => {
        this.#known.set(tag, compressed);
        return compressed;
      })
      .finally(() => this.#making.delete(tag));
    this.#making.set(tag, making);
    return making;
  }
}

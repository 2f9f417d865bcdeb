import type { IncomingMessage, ServerResponse } from 'node:http';
import { overloaded } from '@/model/api-problem.js';
import { COMMON_HEADERS, requestIdOf } from '../http-hooks.js';
import { PROBLEM_MEDIA_TYPE, problemBody } from '../problem/problem-body.js';
import type { Drain } from '../stopping/drain.js';

/** Refusals sent in each turn of the event loop: so many, or this part of all that wait to be sent. */
const FEWEST_SENT = 64;
const PART_SENT = 0.1;

interface Refused {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Refuses requests without the rest of the gateway. Callers who ask again at once get their refusals at the pace at which
 * these leave time for answers.
 */
export class Refusals {
  readonly #line: Refused[] = [];

  constructor(private readonly drain: Drain) {}

  send(request: IncomingMessage, response: ServerResponse): void {
    if (this.#line.push({ request, response }) === 1) setImmediate(this.#sendSome);
  }

  readonly #sendSome = (): void => {
    const count = Math.max(FEWEST_SENT, this.#line.length * PART_SENT);
    for (const refused of this.#line.splice(0, count)) this.#refuse(refused);
    if (this.#line.length > 0) setImmediate(this.#sendSome);
  };

  #refuse({ request, response }: Refused): void {
    const requestId = requestIdOf(request);
    const problem = overloaded();
    const body = JSON.stringify(problemBody(problem, request.url ?? '', requestId));
    response.writeHead(problem.status, {
      ...COMMON_HEADERS,
      ...problem.extras.headers,
      'content-type': PROBLEM_MEDIA_TYPE,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...(this.drain.hasBegun && { connection: 'close' }),
    });
    response.end(body);
  }
}

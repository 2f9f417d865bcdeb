import type { IncomingMessage, ServerResponse } from 'node:http';
import { overloaded, type ApiProblem } from '@/model/api-problem.js';
import { COMMON_HEADERS, requestIdOf } from '../http-hooks.js';
import { PROBLEM_MEDIA_TYPE, problemBody } from '../problem/problem-body.js';
import type { Drain } from '../stopping/drain.js';

/** Refusals sent in each turn of the event loop: so many, and all that waited for so long. */
const FEWEST_SENT = 64;
const LONGEST_WAIT_MS = 50;

interface Refused {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly sinceMs: number;
}

/** All of a refusal but what differs from one request to the next. */
interface Prepared {
  readonly status: number;
  /** The body as far as the value of `instance`. */
  readonly body: string;
  readonly headers: readonly string[];
}

function prepare(problem: ApiProblem): Prepared {
  const { instance: _, requestId: __, ...fixed } = problemBody(problem, '', '') as Record<string, unknown>;
  const headers = {
    ...COMMON_HEADERS,
    ...problem.extras.headers,
    'content-type': PROBLEM_MEDIA_TYPE,
    'cache-control': 'no-store',
  };
  const body = `${JSON.stringify(fixed).slice(0, -1)},"instance":`;
  return { status: problem.status, body, headers: Object.entries(headers).flat() };
}

const AFTER_ONE_SECOND = prepare(overloaded(1));
const AFTER_TWO_SECONDS = prepare(overloaded(2));

/**
 * Refuses requests without the rest of the gateway. Callers who ask again at once get their refusals at the pace at which
 * these leave time for answers.
 */
export class Refusals {
  readonly #line: Refused[] = [];

  constructor(private readonly drain: Drain) {}

  send(request: IncomingMessage, response: ServerResponse): void {
    const refused = { request, response, sinceMs: performance.now() };
    if (this.#line.push(refused) === 1) setImmediate(this.#sendSome);
  }

  readonly #sendSome = (): void => {
    const sinceMs = performance.now() - LONGEST_WAIT_MS;
    const older = this.#line.findIndex((refused) => refused.sinceMs > sinceMs);
    const waitedLong = older < 0 ? this.#line.length : older;
    for (const refused of this.#line.splice(0, Math.max(FEWEST_SENT, waitedLong))) this.#refuse(refused);
    if (this.#line.length > 0) setImmediate(this.#sendSome);
  };

  #refuse({ request, response }: Refused): void {
    const requestId = requestIdOf(request);
    const { status, body, headers } = Math.random() < 0.5 ? AFTER_ONE_SECOND : AFTER_TWO_SECONDS;
    const content = `${body}${JSON.stringify(request.url)},"requestId":"${requestId}"}`;
    const own = ['content-length', String(Buffer.byteLength(content)), 'x-request-id', requestId];
    if (this.drain.hasBegun) own.push('connection', 'close');
    response.writeHead(status, [...headers, ...own]).end(content);
  }
}

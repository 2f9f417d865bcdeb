import type { IncomingMessage, ServerResponse } from 'node:http';
import { overloaded, type ApiProblem } from '../problem/api-problem.js';
import { COMMON_HEADERS, requestIdOf } from '../http-hooks.js';
import { PROBLEM_MEDIA_TYPE, problemBody } from '../problem/problem-body.js';

/** All of the response but what differs from one request to the next. */
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

/** Answers with the problem `overloaded`, without the rest of the gateway: under overload, each refusal must be cheap. */
export function sendOverloaded(
  request: IncomingMessage,
  response: ServerResponse,
  { closesConnection }: { readonly closesConnection: boolean },
): void {
  const requestId = requestIdOf(request);
  // Clients that are refused together do not all come back together.
  const { status, body, headers } = Math.random() < 0.5 ? AFTER_ONE_SECOND : AFTER_TWO_SECONDS;
  const content = `${body}${JSON.stringify(request.url)},"requestId":"${requestId}"}`;
  const own = ['content-length', String(Buffer.byteLength(content)), 'x-request-id', requestId];
  if (closesConnection) own.push('connection', 'close');
  response.writeHead(status, [...headers, ...own]).end(content);
}

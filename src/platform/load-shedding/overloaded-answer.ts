import type { IncomingMessage, ServerResponse } from 'node:http';
import { overloaded, type ApiProblem } from '../problem/api-problem.js';
import { requestIdOf } from '../http-hooks.js';
import { PROBLEM_MEDIA_TYPE, problemBody } from '../problem/problem-body.js';
import { clientUrl } from '../serving/base-path.js';
import type { CommonHeaders } from '../serving/common-headers.js';

/** All of the response but what differs from one request to the next. */
interface Prepared {
  readonly status: number;
  /** The body as far as the value of `instance`. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

function prepare(problem: ApiProblem, basePath: string): Prepared {
  const about = { instance: '', requestId: '', basePath };
  const { instance: _, requestId: __, ...fixed } = problemBody(problem, about) as Record<string, unknown>;
  const headers = {
    ...problem.extras.headers,
    'content-type': PROBLEM_MEDIA_TYPE,
    'cache-control': 'no-store',
  };
  const body = `${JSON.stringify(fixed).slice(0, -1)},"instance":`;
  return { status: problem.status, body, headers };
}

/** Answers with the problem `overloaded`, without the rest of the gateway: under overload, each refusal must be cheap. */
export class OverloadedAnswer {
  readonly #afterOneSecond: Prepared;
  readonly #afterTwoSeconds: Prepared;

  constructor(
    private readonly headers: CommonHeaders,
    basePath: string,
  ) {
    this.#afterOneSecond = prepare(overloaded(1), basePath);
    this.#afterTwoSeconds = prepare(overloaded(2), basePath);
  }

  send(
    request: IncomingMessage,
    response: ServerResponse,
    { closesConnection }: { readonly closesConnection: boolean },
  ): void {
    const requestId = requestIdOf(request);
    // Clients that are refused together do not all come back together.
    const { status, body, headers } = Math.random() < 0.5 ? this.#afterOneSecond : this.#afterTwoSeconds;
    const content = `${body}${JSON.stringify(clientUrl(request))},"requestId":"${requestId}"}`;
    const all: Record<string, string> = {
      ...this.headers.for(request.headers.origin),
      ...headers,
      'content-length': String(Buffer.byteLength(content)),
      'x-request-id': requestId,
    };
    if (closesConnection) all.connection = 'close';
    response.writeHead(status, all).end(content);
  }
}

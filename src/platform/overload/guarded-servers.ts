import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { ApiProblem } from '@/model/api-problem.js';
import type { Connections } from '../connections/connections.js';
import { toOriginForm, violationOf } from '../connections/http-rules.js';
import type { ClientError, UnreadableRequests } from '../connections/unreadable-requests.js';
import type { Admission } from './admission.js';
import type { Refusals } from './refusals.js';
import type { Sheds } from './sheds.js';

/** What those who run the gateway ask is answered whatever the load. */
const NEVER_SHED: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

export interface GuardTools {
  readonly admission: Pick<Admission, 'judge' | 'enter' | 'leave'>;
  readonly refusals: Refusals;
  readonly sheds: Sheds;
  readonly connections: Connections;
  readonly unreadable: UnreadableRequests;
}

/** How long clients may take. */
export interface TimeLimits {
  /** For the head of a request, from the start of the connection or of the request. */
  readonly headMs: number;
  /** For the whole request. */
  readonly requestMs: number;
  /** How long nothing may move while a request is being answered. */
  readonly silenceMs: number;
  /** How often it is looked for connections that have passed the first two. */
  readonly checkEveryMs: number;
}

/** The silence is longer than any deadline of the configuration: a request may wait so long for upstreams. */
const USUAL: TimeLimits = { headMs: 10_000, requestMs: 30_000, silenceMs: 90_000, checkEveryMs: 1_000 };

/**
 * Makes the HTTP servers of a gateway. They bound connections and the time clients take, refuse what is not HTTP, and what
 * there is no time for, before anything else sees it.
 */
export class GuardedServers {
  #tools: GuardTools | null = null;

  constructor(private readonly limits = USUAL) {}

  /** To be called before the servers listen. */
  equip(tools: GuardTools): void {
    this.#tools = tools;
  }

  get #equipment(): GuardTools {
    if (this.#tools === null) throw new Error('a guarded server listens before it is equipped');
    return this.#tools;
  }

  readonly #leave = (): void => {
    this.#equipment.admission.leave();
  };

  /** For Fastify, which listens to it. */
  readonly refuseUnreadable = (fault: ClientError, socket: Socket): void => {
    this.#equipment.unreadable.refuse(fault, socket);
  };

  /** A server with Fastify's settings for it. */
  readonly create = (handle: RequestListener, settings: Readonly<Record<string, unknown>>): Server => {
    const { keepAliveTimeout } = settings as { keepAliveTimeout: number };
    const { headMs, requestMs, silenceMs, checkEveryMs } = this.limits;
    const options = {
      keepAliveTimeout,
      headersTimeout: headMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: checkEveryMs,
      // Node would refuse it with an empty body, unseen.
      requireHostHeader: false,
    };
    const server = createServer(options, (request, response) => {
      this.#take(request, response, handle);
    });
    server.setTimeout(silenceMs);
    server.on('connection', (socket: Socket) => {
      this.#equipment.connections.add(socket);
    });
    server.on('error', () => {
      // Before that, it is about the port, and whoever began to listen is told.
      if (server.listening) this.#equipment.connections.noteNotAccepted();
    });
    server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
      this.#refuseExpectation(request, response);
    });
    return server;
  };

  #begin(response: ServerResponse): void {
    const { connections } = this.#equipment;
    connections.begin(response);
    response.once('close', () => {
      connections.end(response);
    });
  }

  #take(request: IncomingMessage, response: ServerResponse, handle: RequestListener): void {
    const { unreadable, admission, sheds, refusals } = this.#equipment;
    this.#begin(response);
    toOriginForm(request);
    const violation = violationOf(request);
    if (violation !== null) {
      unreadable.refuseParsed(violation, request, response);
      return;
    }
    // Admission is not asked about these: what it would refuse of them would prolong an overload.
    const cause = NEVER_SHED.has(pathOf(request.url)) ? null : admission.judge();
    if (cause !== null) {
      sheds.count(cause);
      refusals.send(request, response);
      return;
    }
    admission.enter();
    response.once('close', this.#leave);
    handle(request, response);
  }

  #refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
    this.#begin(response);
    const problem = new ApiProblem('bad-request', 'The only Expect that is met is 100-continue.', {
      status: 417,
    });
    this.#equipment.unreadable.refuseParsed(problem, request, response);
  }
}

function pathOf(url = ''): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

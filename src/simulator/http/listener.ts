import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallLog, LoggedCall } from '../call-log.js';
import { faultAction, type FaultSettings } from '../faults/fault.js';
import type { Random } from '../fleet/random.js';
import type { Refusal } from '../upstreams/refusal.js';
import { matchRoute, type RouteMatch, type Upstream, type World } from '../upstreams/upstream.js';
import { readCall, type Call } from './call.js';
import { RateWindow, type Quota } from './rate-window.js';
import type { Reply } from './reply.js';

/** Huawei tokens may have 32 KiB; node's default refuses such headers. */
const LARGEST_HEADERS_BYTES = 64 * 1024;

export interface ListenerContext {
  readonly world: World;
  readonly log: CallLog;
  readonly random: Random;
}

interface Exchange {
  readonly response: ServerResponse;
  readonly logged: LoggedCall;
}

/** One upstream on a port of its own. */
export class Listener {
  readonly #server: Server;
  readonly #rateWindow = new RateWindow();
  readonly #faultCalls = new WeakMap<object, number>();
  #port = 0;

  constructor(
    private readonly upstream: Upstream,
    private readonly context: ListenerContext,
  ) {
    this.#server = createServer({ maxHeaderSize: LARGEST_HEADERS_BYTES }, (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        giveUp(response, error);
      });
    });
  }

  get url(): string {
    return `http://${this.context.world.settings.host}:${this.#port}`;
  }

  /** Starts to listen; after a `close` on the same port as before. */
  async open(port = this.#port): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(port, this.context.world.settings.host);
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Stops to listen and drops every connection, hanging ones included. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { world, random } = this.context;
    const moment = { nowMs: world.settings.clock(), requestId: random.hex(32) };
    const gone = new AbortController();
    response.on('close', () => {
      gone.abort();
    });
    const call = await readCall(request, moment);
    const match = matchRoute(this.upstream.routes, call);
    const logged = this.#record(call, match, response);
    const { latencyMs } = world.settings[this.upstream.name];
    if (latencyMs > 0) await sleep(latencyMs, undefined, { signal: gone.signal });
    world.life.advance(call.nowMs);
    this.#answer(call, match, { response, logged });
  }

  #record(call: Call, match: RouteMatch | null, response: ServerResponse): LoggedCall {
    const logged: LoggedCall = {
      upstream: this.upstream.name,
      feed: match?.feed ?? null,
      method: call.method,
      path: call.path,
      query: Object.fromEntries(call.query),
      headers: call.headers,
      atMs: call.nowMs,
      status: null,
    };
    this.context.log.begin(logged);
    response.on('close', () => {
      this.context.log.end(logged);
    });
    return logged;
  }

  #answer(call: Call, match: RouteMatch | null, { response, logged }: Exchange): void {
    const { rateLimit } = this.context.world.settings[this.upstream.name];
    const quota = rateLimit && this.#rateWindow.take(rateLimit, call.nowMs);
    const send = (reply: Reply): void => {
      logged.status = reply.status;
      const length = { 'content-length': Buffer.byteLength(reply.body) };
      response.writeHead(reply.status, {
        ...this.upstream.headers(call, quota),
        ...reply.headers,
        ...length,
      });
      response.end(reply.body);
    };
    const answer = (): Reply => this.#reply(call, match, quota);
    const fault = this.#faultFor(match);
    if (fault === null) {
      send(answer());
      return;
    }
    const refuse = (refusal: Refusal): Reply => this.upstream.refuse(call, refusal);
    faultAction(fault.kind)({ options: fault, response, answer, refuse, send });
  }

  #reply(call: Call, match: RouteMatch | null, quota: Quota | null): Reply {
    if (match === null) return this.upstream.refuse(call, 'no-such-route');
    if (quota?.exceeded === true) return this.upstream.refuse(call, 'throttled');
    const refused = this.upstream.authenticate(call, match.parameters);
    return refused ?? match.route.answer(call, match.parameters);
  }

  /** The fault that this call meets; counts the call where the fault is for so many calls only. */
  #faultFor(match: RouteMatch | null): FaultSettings | null {
    const given = this.context.world.settings.faults[this.upstream.name];
    if (given === null) return null;
    const fault = typeof given === 'string' ? { kind: given } : given;
    if (fault.only !== undefined && fault.only !== match?.feed) return null;
    const met = (this.#faultCalls.get(fault) ?? 0) + 1;
    this.#faultCalls.set(fault, met);
    return met > (fault.times ?? Number.POSITIVE_INFINITY) ? null : fault;
  }
}

/** The client has gone (nobody reads this), or the simulator itself is wrong: that must not look like a fault. */
function giveUp(response: ServerResponse, error: unknown): void {
  if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
  response.end(`The simulator failed: ${String(error)}`);
}

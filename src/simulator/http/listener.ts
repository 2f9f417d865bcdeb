import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallLog, LoggedCall } from '../call-log.js';
import { telltale } from '../canaries.js';
import { faultAction, type Faults } from '../faults/fault.js';
import { FaultSchedule } from '../faults/fault-schedule.js';
import type { Random } from '../fleet/random.js';
import type { UpstreamSettings } from '../settings.js';
import type { Refusal, Reply } from './reply.js';
import { matchRoute, type RouteMatch, type Upstream, type World } from '../upstreams/upstream.js';
import { readCall, type Call, type Query } from './call.js';
import { RateWindow, type Quota } from './rate-window.js';

/** Huawei tokens may have 32 KiB; node's default refuses such headers. */
const LARGEST_HEADERS_BYTES = 64 * 1024;

/** Below the ports that systems give away, so that nobody else takes the port of an upstream that refuses for a while. */
const [FIRST_PORT, LAST_PORT] = [10_000, 29_999];

export interface ListenerContext {
  readonly world: World;
  readonly log: CallLog;
  readonly random: Random;
}

interface Exchange {
  readonly response: ServerResponse;
  readonly logged: LoggedCall;
}

interface Asked {
  readonly call: Call;
  readonly query: Query;
}

/** On whatever a fault sends by the usual way. */
const TELLING_HEADERS = { 'X-Served-By': telltale('node-3') };

/** One upstream on a port of its own. */
export class Listener {
  readonly #server: Server;
  readonly #rateWindow = new RateWindow();
  readonly #faults: FaultSchedule;
  #port = 0;

  constructor(
    private readonly upstream: Upstream,
    private readonly context: ListenerContext,
  ) {
    this.#faults = new FaultSchedule(context.random.fork('faults'));
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
    if (port === 0) await this.#listenAnywhere();
    else await this.#listen(port);
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Stops to listen and drops every connection, hanging ones included. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #listenAnywhere(): Promise<void> {
    for (;;) {
      const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
      try {
        await this.#listen(port);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
  }

  async #listen(port: number): Promise<void> {
    this.#server.listen(port, this.context.world.settings.host);
    await once(this.#server, 'listening');
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
    const { rateLimit, faults } = this.#settings();
    const quota = rateLimit && this.#rateWindow.take(rateLimit, call.nowMs);
    const met = this.#faults.meet(faults, match?.feed ?? null);
    const telling = met === null ? {} : TELLING_HEADERS;
    const begin = ({ status, headers }: Pick<Reply, 'status' | 'headers'>): void => {
      logged.status = status;
      const now = { Date: new Date(call.nowMs).toUTCString() };
      response.writeHead(status, { ...now, ...this.upstream.headers(call, quota), ...telling, ...headers });
    };
    const send = ({ status, headers, body }: Reply): void => {
      begin({ status, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } });
      response.end(body);
    };
    const answer = (query: Query = call.query): Reply => this.#reply({ call, query }, match, quota);
    if (met === null) {
      send(answer());
      return;
    }
    const refuse = (refusal: Refusal): Reply => this.upstream.refuse(call, refusal);
    const { fault: options, random } = met;
    faultAction(options.kind)({ options, random, call, response, answer, refuse, begin, send });
  }

  #settings(): Pick<UpstreamSettings, 'rateLimit'> & { readonly faults: Faults } {
    const { settings } = this.context.world;
    return { ...settings[this.upstream.name], faults: settings.faults[this.upstream.name] };
  }

  /** The log-in is checked as it was sent, even where a fault answers to another query. */
  #reply({ call, query }: Asked, match: RouteMatch | null, quota: Quota | null): Reply {
    if (match === null) return this.upstream.refuse(call, 'no-such-route');
    if (quota?.exceeded === true) return this.upstream.refuse(call, 'throttled');
    const refused = this.upstream.authenticate(call, match.parameters);
    return refused ?? match.route.answer({ ...call, query }, match.parameters);
  }
}

/** The client has gone (nobody reads this), or the simulator itself is wrong: that must not look like a fault. */
function giveUp(response: ServerResponse, error: unknown): void {
  if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
  response.end(`The simulator failed: ${String(error)}`);
}

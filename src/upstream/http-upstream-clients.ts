import { HttpService } from '@nestjs/axios';
import { Inject, Injectable, Optional } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { SourceConfig } from '@/model/source.js';
import { CallLimits } from './call-limits.js';
import { CLOCK } from '@/model/clock.js';
import type { Clock } from '@/model/clock.js';
import { Authenticators } from './credentials/authenticators.js';
import { HttpExchange } from './http-exchange.js';
import { SourceClient } from './source-client.js';
import { UpstreamClients } from './upstream-client.js';
import type { UpstreamClient, UpstreamProtocol } from './upstream-client.js';
import { SilentObserver, UpstreamObserver } from './upstream-observer.js';

/** Enough for the log-ins of all sources: each happens about once a day. */
const LOGIN_SOCKETS = 4;

interface SourceConnections {
  readonly exchange: HttpExchange;
  readonly limits: CallLimits;
}

/** Clients over axios. All clients of one source share its connections and its limits. */
@Injectable()
export class HttpUpstreamClients extends UpstreamClients implements OnApplicationShutdown {
  readonly #connections = new Map<string, SourceConnections>();
  readonly #logins: HttpExchange;
  readonly #authenticators: Authenticators;

  constructor(
    private readonly http: HttpService,
    @Optional() @Inject(UpstreamObserver) private readonly observer: UpstreamObserver = new SilentObserver(),
    @Optional() @Inject(CLOCK) private readonly clock: Clock = Date.now,
  ) {
    super();
    this.#logins = new HttpExchange(http, LOGIN_SOCKETS);
    this.#authenticators = new Authenticators(this.#logins, clock);
  }

  override open(source: SourceConfig, protocol: UpstreamProtocol): UpstreamClient {
    return new SourceClient({
      source,
      protocol,
      authenticator: this.#authenticators.of(source, protocol.family),
      ...this.#connectionsOf(source),
      observer: this.observer,
      clock: this.clock,
    });
  }

  /** Runs after the readers were told to stop, so that nothing but idle connections is left to close. */
  onApplicationShutdown(): void {
    this.#logins.close();
    for (const { exchange } of this.#connections.values()) exchange.close();
  }

  #connectionsOf(source: SourceConfig): SourceConnections {
    const connections = this.#connections.get(source.id) ?? {
      exchange: new HttpExchange(this.http, source.concurrency),
      limits: new CallLimits(source),
    };
    this.#connections.set(source.id, connections);
    return connections;
  }
}

import { isDeepStrictEqual } from 'node:util';
import type { HttpService } from '@nestjs/axios';
import type { OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Clock } from '@/model/clock.js';
import type { Egress } from '@/model/egress.js';
import type { SharedLockouts } from '@/model/shared-lockout.js';
import type { SourceConfig } from '@/model/source.js';
import type { BodyMemory } from './http/body-memory.js';
import { BodyReads } from './http/body-reads.js';
import { CallRetries } from './call-retries.js';
import type { Authenticator, LogInDependencies } from './credentials/authenticator.js';
import { CredentialGates } from './credentials/credential-gates.js';
import { HttpExchange } from './http/http-exchange.js';
import { SourceClient } from './source-client.js';
import type { SourceLimits } from './limits/call-limits.js';
import { UpstreamClients } from './upstream-client.js';
import type { UpstreamClient, UpstreamProtocol } from './upstream-client.js';
import type { UpstreamObserver } from './upstream-observer.js';

/** Far more than there are in use; those of a configuration that is gone go first. */
const MOST_EGRESSES = 1_000;
const MOST_SESSIONS = 10_000;
/** Enough for the log-ins of all sources: each happens about once a day. */
const LOGIN_SOCKETS = 4;

export interface UpstreamDependencies {
  readonly limits: SourceLimits;
  /** null: there is this process only. */
  readonly lockouts: SharedLockouts | null;
  readonly observer: UpstreamObserver;
  readonly clock: Clock;
  readonly memory: BodyMemory;
}

/** Clients over axios. All clients of one source share its connections and its limits. */
export class HttpUpstreamClients extends UpstreamClients implements OnApplicationShutdown {
  /** By the id of their source. */
  readonly #exchanges = new Map<string, { readonly settings: object; readonly exchange: HttpExchange }>();
  /** What log-ins work with, by the egress of their sources. */
  readonly #logIns = new LRUCache<string, LogInDependencies>({
    max: MOST_EGRESSES,
    dispose: ({ exchange }) => {
      exchange.drain();
    },
  });
  readonly #gates: CredentialGates;

  constructor(
    private readonly http: HttpService,
    private readonly dependencies: UpstreamDependencies,
  ) {
    super();
    this.#gates = new CredentialGates(dependencies.clock, dependencies.lockouts);
  }

  override open(source: SourceConfig, protocol: UpstreamProtocol): UpstreamClient {
    const { observer, clock } = this.dependencies;
    const limits = this.dependencies.limits.limitsOf(source);
    const { retries: budget } = limits;
    return new SourceClient({
      source,
      protocol,
      authenticator: this.#authenticatorOf(source, protocol),
      exchange: this.#exchangeOf(source, protocol),
      limits,
      retries: new CallRetries({ source: source.id, budget, observer, random: Math.random }),
      observer,
      clock,
    });
  }

  /** Runs after the readers were told to stop, so that nothing but idle connections is left to close. */
  onApplicationShutdown(): void {
    for (const { exchange } of this.#logIns.values()) exchange.close();
    for (const { exchange } of this.#exchanges.values()) exchange.close();
  }

  /** Sources with one credential share its gate and, where they also have the same egress, its log-ins. */
  #authenticatorOf(source: SourceConfig, { logIns }: UpstreamProtocol): Authenticator {
    const logIn = logIns[source.credentials.type];
    if (logIn === undefined)
      throw new Error(`${source.provider} has no log-in by ${source.credentials.type}`);
    const dependencies = this.#logInsOver(source.egress);
    const isChanged = this.#exchanges.has(source.id);
    return logIn(source, isChanged ? { ...dependencies, gates: this.#gates.ofChanged } : dependencies);
  }

  #logInsOver(egress: Egress): LogInDependencies {
    const key = JSON.stringify(egress);
    const { clock, memory } = this.dependencies;
    const made = (): LogInDependencies => ({
      gates: this.#gates,
      sessions: new LRUCache({ max: MOST_SESSIONS }),
      exchange: new HttpExchange(this.http, { egress, sockets: LOGIN_SOCKETS }, new BodyReads(memory)),
      clock,
    });
    const known = this.#logIns.get(key) ?? made();
    this.#logIns.set(key, known);
    return known;
  }

  /** A source that goes out in another way than before gets other connections; calls under way end over the old ones. */
  #exchangeOf({ id, concurrency, egress }: SourceConfig, { recordField }: UpstreamProtocol): HttpExchange {
    const settings = { concurrency, egress, recordField };
    const known = this.#exchanges.get(id);
    if (known !== undefined && isDeepStrictEqual(known.settings, settings)) return known.exchange;
    known?.exchange.drain();
    const bodies = new BodyReads(this.dependencies.memory, recordField);
    const exchange = new HttpExchange(this.http, { egress, sockets: concurrency }, bodies);
    this.#exchanges.set(id, { settings, exchange });
    return exchange;
  }
}

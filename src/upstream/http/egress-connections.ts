import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { RequestOptions } from 'node:https';
import * as tls from 'node:tls';
import type { Egress, Proxies, ProxyAddress } from '@/model/egress.js';
import { isException } from './no-proxy.js';
import { requestToProxy, TunnelAgent, type Trust, type TunnelledCall } from './tunnel-agent.js';

/** Shorter than the keep-alive of common servers, so that no call meets a connection that is being closed. */
const IDLE_SOCKET_MS = 4_000;

type OnAnswer = (answer: IncomingMessage) => void;

/** A call that goes out. */
export interface Departure extends TunnelledCall {
  readonly url: URL;
}

/** The kept-alive connections of one Egress. */
export class EgressConnections {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  /** To a proxy with `https:` that sends calls on. */
  readonly #secureProxy: HttpsAgent;
  readonly #tunnels: TunnelAgent | null;

  constructor(
    private readonly egress: Egress,
    sockets: number,
  ) {
    const options = {
      keepAlive: true,
      maxSockets: sockets,
      maxFreeSockets: sockets,
      timeout: IDLE_SOCKET_MS,
    };
    const { ofUpstream, ofProxy } = trustOf(egress);
    // A resumed session does not show whether the server asks for a certificate.
    const toUpstream = { ...options, ...ofUpstream, maxCachedSessions: 0 };
    const proxy = egress.proxies.https;
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent(toUpstream);
    this.#secureProxy = new HttpsAgent({ ...options, ...ofProxy });
    this.#tunnels = proxy && new TunnelAgent(toUpstream, proxy, ofProxy);
  }

  /** Begins a request, and lets the call's watch follow it. `options` are those of a request without a proxy. */
  send(options: RequestOptions, { url, watch, signal }: Departure, onAnswer: OnAnswer): ClientRequest {
    const proxy = proxyFor(url, this.egress.proxies);
    if (url.protocol === 'https:') {
      const agent = proxy === null ? this.#https : (this.#tunnels ?? this.#https);
      const tunnelled = { ...options, agent, tunnel: { watch, signal } };
      return watch.follow(requestHttps(tunnelled, onAnswer), proxy === null ? 'DIRECT' : 'TUNNELLED');
    }
    if (proxy === null) {
      return watch.follow(requestHttp({ ...options, agent: this.#http }, onAnswer), 'DIRECT');
    }
    const agent = proxy.protocol === 'https:' ? this.#secureProxy : this.#http;
    // The absolute form of the target (RFC 9112, section 3.2.2); the Host header stays that of the upstream.
    const forwarded = { ...options, agent, path: url.origin + (options.path ?? '/') };
    return watch.follow(requestToProxy(proxy, forwarded, onAnswer), 'FORWARDED');
  }

  /** Closes idle connections at once, and each of the others when its call has ended. */
  drain(): void {
    for (const agent of this.#agents()) {
      agent.maxFreeSockets = 0;
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    }
  }

  /** Closes every connection, those in use too. */
  close(): void {
    for (const agent of this.#agents()) agent.destroy();
  }

  #agents(): HttpAgent[] {
    return [this.#http, this.#https, this.#secureProxy, ...(this.#tunnels === null ? [] : [this.#tunnels])];
  }
}

function proxyFor(url: URL, { http, https, exceptions }: Proxies): ProxyAddress | null {
  const proxy = url.protocol === 'https:' ? https : http;
  return proxy === null || isException(url, exceptions) ? null : proxy;
}

/** One context for all connections: to make one takes milliseconds. Our certificate is for upstreams, not for proxies. */
function trustOf({ ca, clientCertificate }: Egress): { ofUpstream: Trust; ofProxy: Trust } {
  const ofProxy = ca === null ? {} : { ca: [...usualAuthorities(), ca] };
  if (clientCertificate === null) return { ofUpstream: trust(ofProxy), ofProxy: trust(ofProxy) };
  const { certificate: cert, key } = clientCertificate;
  return { ofUpstream: trust({ ...ofProxy, cert, key }), ofProxy: trust(ofProxy) };
}

/** What is usual is left to Node. */
function trust(options: tls.SecureContextOptions): Trust {
  return Object.keys(options).length === 0 ? {} : { secureContext: tls.createSecureContext(options) };
}

/** Node before 22.15 cannot tell what NODE_EXTRA_CA_CERTS has added. */
function usualAuthorities(): readonly string[] {
  const node: Partial<Pick<typeof tls, 'getCACertificates'>> = tls;
  return node.getCACertificates?.('default') ?? tls.rootCertificates;
}

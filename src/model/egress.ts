/** How the calls of a source leave the gateway. Another value means other connections. */
export interface Egress {
  readonly proxies: Proxies;
  /** Certificates in PEM of authorities that are trusted besides the usual ones; null: none. */
  readonly ca: string | null;
  /** What the source shows to servers that ask for a certificate; null: nothing. */
  readonly clientCertificate: ClientCertificate | null;
}

/** Which calls go through a proxy. */
export interface Proxies {
  /** For endpoints with `http:`; null: these calls go direct. */
  readonly http: ProxyAddress | null;
  /** For endpoints with `https:`; null: these calls go direct. */
  readonly https: ProxyAddress | null;
  /** Hosts that are called direct, each as an entry of NO_PROXY. */
  readonly exceptions: readonly string[];
}

export interface ProxyAddress {
  readonly protocol: 'http:' | 'https:';
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** The value of the header Proxy-Authorization; null: no login. */
  readonly authorization: string | null;
}

/** Both in PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** No proxy, the usual trust, no certificate. */
export const DIRECT: Egress = {
  proxies: { http: null, https: null, exceptions: [] },
  ca: null,
  clientCertificate: null,
};

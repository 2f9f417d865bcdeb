import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Provider } from 'oidc-provider';

export const AUDIENCE = 'tributary';
const RESOURCE = 'urn:tributary';
const OTHER_RESOURCE = 'urn:elsewhere';
const SECRET = 'secret-of-the-clients';
const REDIRECT = 'https://app.example/callback';

/** The groups of each user and each service. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  alice: ['staff', 'backup-operators'],
  'dba-service': ['dba'],
  'both-service': ['dba', 'backup-operators'],
  'outside-service': ['sales'],
};
const SERVICES = Object.keys(GROUPS).filter((name) => name.endsWith('-service'));

/** A signing key of the issuer. */
export interface SigningKey extends JWK {
  readonly kid: string;
  readonly alg: string;
}

export async function newSigningKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' };
}

/** A real OpenID Connect provider on loopback, whose keys a test can change, and which a test can cut off. */
export class TestIssuer {
  isDown = false;
  keyReads = 0;
  #answer: RequestListener = () => undefined;

  private constructor(
    readonly url: string,
    private readonly server: Server,
    private readonly OidcProvider: typeof Provider,
  ) {
    server.on('request', (request, response) => {
      if (this.isDown) {
        request.socket.destroy();
        return;
      }
      if (request.url === '/jwks') this.keyReads += 1;
      this.#answer(request, response);
    });
  }

  static async start(key: SigningKey): Promise<TestIssuer> {
    // It writes to the console when it is loaded.
    const { Provider } = await import('oidc-provider');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const issuer = new TestIssuer(url, server, Provider);
    issuer.useKey(key);
    return issuer;
  }

  /** Signs with this key from now on, and publishes no other. */
  useKey(key: SigningKey): void {
    this.#answer = new this.OidcProvider(this.url, configurationOf(key)).callback();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The access token of a service, by client credentials. */
  serviceToken(client: string, resource = RESOURCE): Promise<string> {
    return this.#token(client, { grant_type: 'client_credentials', resource });
  }

  /** The token of a service for another audience. */
  foreignToken(client: string): Promise<string> {
    return this.serviceToken(client, OTHER_RESOURCE);
  }

  /** The access token of a user who logs in: authorization code with PKCE. */
  async userToken(login: string): Promise<string> {
    const verifier = randomBytes(32).toString('base64url');
    const code = await new Browser(this.url).logIn(login, {
      client_id: 'browser',
      response_type: 'code',
      scope: 'openid',
      resource: RESOURCE,
      redirect_uri: REDIRECT,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    return this.#token('browser', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      code_verifier: verifier,
      resource: RESOURCE,
    });
  }

  async #token(client: string, form: Readonly<Record<string, string>>): Promise<string> {
    const response = await fetch(`${this.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client}:${SECRET}`).toString('base64')}` },
      body: new URLSearchParams(form),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`no token: ${text}`);
    return (JSON.parse(text) as { access_token: string }).access_token;
  }
}

/** Follows redirects with cookies, and fills in the forms of the provider. */
class Browser {
  readonly #cookies = new Map<string, string>();

  constructor(private readonly origin: string) {}

  /** The authorization code that the application is handed. */
  async logIn(login: string, query: Readonly<Record<string, string>>): Promise<string> {
    let at = `${this.origin}/auth?${new URLSearchParams(query).toString()}`;
    for (const prompt of ['login', 'consent']) {
      const form = await this.#follow(at);
      at = (await this.#send(form, new URLSearchParams({ prompt, login, password: 'any' }))) ?? form;
    }
    const code = new URL(await this.#follow(at)).searchParams.get('code');
    if (code === null) throw new Error('no code');
    return code;
  }

  /** To a page that is no redirect, or to the application. */
  async #follow(from: string): Promise<string> {
    let at = from;
    while (at.startsWith(this.origin)) {
      const next = await this.#send(at);
      if (next === null) break;
      at = next;
    }
    return at;
  }

  /** Where the answer leads; null when it is no redirect. */
  async #send(url: string, body?: URLSearchParams): Promise<string | null> {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      redirect: 'manual',
      ...(body && { body }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#cookies.set(name, value);
    }
    await response.body?.cancel();
    const location = response.headers.get('location');
    return location && new URL(location, url).href;
  }
}

function configurationOf(key: SigningKey): object {
  const common = { client_secret: SECRET, token_endpoint_auth_method: 'client_secret_basic' };
  return {
    jwks: { keys: [key] },
    cookies: { keys: [SECRET] },
    clients: [
      { ...common, client_id: 'browser', redirect_uris: [REDIRECT], id_token_signed_response_alg: key.alg },
      ...SERVICES.map((id) => ({
        ...common,
        client_id: id,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: key.alg,
      })),
    ],
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: '',
          audience: resource === RESOURCE ? AUDIENCE : 'elsewhere',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: key.alg } },
        }),
      },
    },
    extraTokenClaims: (_context: unknown, token: { accountId?: string; clientId: string }) => ({
      groups: GROUPS[token.accountId ?? token.clientId] ?? [],
    }),
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
  };
}

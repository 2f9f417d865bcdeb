import { telltale } from '../canaries.js';
import { parameter, type Call } from '../http/call.js';
import { jsonReply, type Refusal, type Reply } from '../http/reply.js';
import type { Accounts } from '../settings.js';
import { zuluMicroseconds } from './times.js';
import type { Upstream, World } from './upstream.js';

const REFUSALS: Readonly<Record<Refusal, readonly [status: number, title: string, message: string]>> = {
  unauthorized: [401, 'Unauthorized', 'The username or password is wrong.'],
  forbidden: [403, 'Forbidden', 'You are not authorized to perform the requested action.'],
  'not-found': [404, 'Not Found', 'The requested resource cannot be found.'],
  conflict: [409, 'Conflict', 'A conflict occurs when the resource is being saved.'],
  locked: [409, 'Conflict', 'A conflict occurs when the resource is being saved.'],
  throttled: [429, 'Too Many Requests', 'The throttling threshold has been reached.'],
  'throttled-by-gateway': [429, 'Too Many Requests', 'The throttling threshold has been reached.'],
  internal: [500, 'Internal Server Error', 'An unexpected error occurred.'],
  unavailable: [503, 'Service Unavailable', 'The service is unavailable.'],
  'gateway-timeout': [504, 'Gateway Timeout', 'The backend did not answer in time.'],
  'bad-request': [400, 'Bad Request', 'Request body is invalid.'],
  'no-such-route': [404, 'Not Found', 'The requested resource cannot be found.'],
};

/** Huawei Identity and Access Management: tokens for a user name and password, and the projects of who has logged in. */
export function iamUpstream(world: World): Upstream {
  const refuse = (_call: Call, refusal: Refusal): Reply => {
    const [code, title, message] = REFUSALS[refusal];
    return jsonReply(code, { error: { code, message: telltale(message), title } });
  };
  const projects = (call: Call): Reply =>
    world.huaweiGate.check(call).accepted
      ? listProjects(call, world.settings.accounts)
      : refuse(call, 'unauthorized');
  return {
    name: 'iam',
    refuse,
    // Asking for a token is what proves who somebody is.
    authenticate: () => null,
    headers: (call) => ({ 'X-Request-Id': call.requestId, 'X-IAM-Trace-Id': `token_${call.requestId}` }),
    routes: [
      {
        method: 'POST',
        path: '/v3/auth/tokens',
        feed: 'tokens',
        answer: (call) => {
          const request = readTokenRequest(call);
          if (request === null) return refuse(call, 'bad-request');
          return grantToken(world, call, request) ?? refuse(call, 'unauthorized');
        },
      },
      // A client that is told no project id looks for the project of its region's name.
      { method: 'GET', path: '/v3/projects', feed: 'projects', answer: projects },
      { method: 'GET', path: '/v3/auth/projects', feed: 'projects', answer: projects },
    ],
  };
}

interface TokenRequest {
  readonly name: unknown;
  readonly password: unknown;
  readonly domain: unknown;
  /** null: no project was asked for. */
  readonly project: { readonly id: unknown; readonly name: unknown } | null;
}

/** The request's content; null when it is no JSON of the password form. */
function readTokenRequest(call: Call): TokenRequest | null {
  const body = parseBody(call);
  const user = at(body, 'auth', 'identity', 'password', 'user');
  const methods = at(body, 'auth', 'identity', 'methods');
  if (!Array.isArray(methods) || !methods.includes('password') || user === undefined) return null;
  const project = at(body, 'auth', 'scope', 'project');
  return {
    name: at(user, 'name'),
    password: at(user, 'password'),
    domain: at(user, 'domain', 'name'),
    project: project === undefined ? null : { id: at(project, 'id'), name: at(project, 'name') },
  };
}

function parseBody(call: Call): unknown {
  try {
    return JSON.parse(call.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The value at a path of names; undefined when anything on the way is missing. */
function at(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
    value,
  );
}

/** null when the user is not known or may not have the scope. */
function grantToken(world: World, call: Call, request: TokenRequest): Reply | null {
  const { accounts } = world.settings;
  const { name, password, domain, project } = request;
  const isKnown = accounts.users.some((user) => user.name === name && user.password === password);
  if (!isKnown || domain !== accounts.domain || !isOurs(project, accounts)) return null;
  const expiresMs = call.nowMs + accounts.tokenLifetimeMs;
  const projectId = project === null ? null : accounts.project.id;
  const { token } = world.tokens.issue({ projectId, expiresMs, length: accounts.tokenLength });
  const body = { token: describeToken(accounts, request, { issuedMs: call.nowMs, expiresMs }) };
  return jsonReply(201, body, { 'X-Subject-Token': token });
}

function isOurs(project: TokenRequest['project'], { project: own }: Accounts): boolean {
  return project === null || project.id === own.id || (project.id === undefined && project.name === own.name);
}

function describeToken(
  accounts: Accounts,
  { name, project }: TokenRequest,
  times: { readonly issuedMs: number; readonly expiresMs: number },
): object {
  const domain = { id: 'd78cbac186b744899480f25bd022f468', name: accounts.domain };
  return {
    expires_at: zuluMicroseconds(times.expiresMs),
    issued_at: zuluMicroseconds(times.issuedMs),
    methods: ['password'],
    catalog: [],
    roles: [{ id: '0', name: 'cbr_viewer' }],
    user: { domain, id: '7116d09f88fa41908676fdd4b039e95b', name, password_expires_at: '' },
    ...(project === null ? { domain } : { project: { domain, ...accounts.project } }),
  };
}

const DOMAIN_ID = 'd78cbac186b744899480f25bd022f468';
/** Every account has it beside its regions (IAM API reference, Querying Projects). */
const BUILT_IN = { id: '5a1e9d1b0b8b4e0e9f0c6a6f9a1d2c3b', name: 'MOS' };

/** The account's projects, or those of one name: a region's own project has the region's name. */
function listProjects(call: Call, { project }: Accounts): Reply {
  const name = parameter(call, 'name');
  const projects = [project, BUILT_IN].filter((each) => name === undefined || each.name === name);
  return jsonReply(200, {
    links: { self: '/v3/projects', next: null, previous: null },
    projects: projects.map(({ id, name: own }) => ({
      ...{ id, name: own, domain_id: DOMAIN_ID, parent_id: DOMAIN_ID },
      ...{ enabled: true, is_domain: false, description: '', links: { self: `/v3/projects/${id}` } },
    })),
  });
}

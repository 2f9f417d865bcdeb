import type { Scope } from '@/model/scope.js';
import type { Answer } from '../../support/http.js';
import { comparable, type Comparable } from './comparable.js';
import type { Gateways, TestRequest } from './gateways.js';
import type { TestPrincipal } from './principals.js';
import { PROVIDER_OF, SOURCE_IDS, type SourceId } from './sources.js';

/** A request, and who makes it. */
export interface Asked {
  readonly principal: TestPrincipal;
  readonly request: TestRequest;
}

/** What a principal may get to know by a request, as the configuration of the test says it. */
export interface Question {
  readonly scope: Scope;
  readonly visible: readonly SourceId[];
  /** The visible sources that the answer would show raw records of; null: no raw records are asked for. */
  readonly raw: readonly SourceId[] | null;
}

export function questionOf(principal: TestPrincipal, { path }: TestRequest): Question {
  const scope = /^\/(v1\/sources|health)/.test(path) ? 'sources:read' : 'tasks:read';
  const visible = principal.sources[scope] ?? [];
  return { scope, visible, raw: rawSources(path, visible) };
}

/** The faults of an answer, each in a few words; none where it is what a gateway with the visible sources answers. */
export async function faultsOf(
  gateways: Gateways,
  { principal, request }: Asked,
  answer: Answer,
): Promise<unknown[]> {
  const { scope, visible, raw } = questionOf(principal, request);
  if (request.path.startsWith('/health')) return healthFaults(gateways, { visible, request }, answer);
  if (request.path !== '/v1/nothing' && principal.sources[scope] === undefined)
    return refusalFaults({ principal, request }, scope, answer);
  const reference = await gateways.askReference(
    visible.length === 0 ? SOURCE_IDS : visible,
    unforced(request),
  );
  const mayShow = principal.sources['tasks:raw'] ?? [];
  const lacksRaw = raw !== null && (mayShow.length === 0 || raw.some((id) => !mayShow.includes(id)));
  // A parameter that is wrong by itself is told before the scope is looked at; a name that is unknown, after it.
  if (lacksRaw && answer.status !== 400) return refusalFaults({ principal, request }, 'tasks:raw', answer);
  return differences(withoutForce(comparable(answer), request), withoutForce(comparable(reference), request));
}

/** Without `no-cache` and `max-age=60`: the sources that a principal may force keep their state when they are read. */
export function unforced(request: TestRequest): TestRequest {
  if (!isForcing(request)) return request;
  const { 'cache-control': _, ...headers } = request.headers;
  return { ...request, headers };
}

const isForcing = ({ headers }: TestRequest): boolean =>
  ['no-cache', 'max-age=60'].includes(headers['cache-control'] ?? '');

/**
 * A forced read says so in `Cache-Status`, where the reference has a hit. It tells the caller only about the read that it
 * asked for, of a source that it may see and force.
 */
function withoutForce(one: Comparable, request: TestRequest): Comparable {
  if (!isForcing(request)) return one;
  const { 'cache-status': _, ...headers } = one.headers;
  return { ...one, headers };
}

/** Everyone gets to know the status word of the whole gateway, and with `sources:read` that of the visible part. */
async function healthFaults(
  gateways: Gateways,
  { visible, request }: { readonly visible: readonly SourceId[]; readonly request: TestRequest },
  answer: Answer,
): Promise<unknown[]> {
  const reference = await gateways.askReference(
    visible.length === 0 ? SOURCE_IDS : visible,
    unforced(request),
  );
  if (visible.length > 0) return differences(comparable(answer), comparable(reference));
  const { status } = (reference.body ?? {}) as { readonly status?: string };
  const expected = request.method === 'HEAD' ? undefined : { status };
  return differences(
    { body: answer.body, status: answer.status },
    { body: expected, status: reference.status },
  );
}

function refusalFaults(
  { principal: { name }, request: { method } }: Asked,
  scope: Scope,
  { status, body }: Answer,
): unknown[] {
  const expected = name === 'anonymous' ? 401 : 403;
  const detail = (body as { readonly detail?: string } | undefined)?.detail ?? '';
  const names = name === 'anonymous' ? 'needs a credential' : scope;
  const isSaid = method === 'HEAD' || detail.includes(names);
  return status === expected && isSaid
    ? []
    : [{ got: { status, detail }, expected: { status: expected, names } }];
}

function differences(got: Partial<Comparable>, expected: Partial<Comparable>): unknown[] {
  const [one, other] = [got, expected].map((each) => JSON.stringify(each));
  return one === other ? [] : [{ got, expected }];
}

function rawSources(path: string, visible: readonly SourceId[]): readonly SourceId[] | null {
  const { pathname, searchParams } = new URL(path, 'http://gateway');
  if (searchParams.get('include') !== 'raw') return null;
  const task = /^\/v1\/tasks\/([^.]*)/.exec(pathname)?.[1];
  const named = task === undefined ? searchParams.get('source')?.split(',') : [task];
  const providers = searchParams.get('provider')?.split(',');
  return visible.filter(
    (id) => (named?.includes(id) ?? true) && (providers?.includes(PROVIDER_OF[id]) ?? true),
  );
}

import type { Grant, RequestRate, Scope, SourceSet } from '@/model/scope.js';

/** Who asks, apart from what it may do. */
export interface Identity {
  readonly kind: 'api-key' | 'token' | 'anonymous';
  /** For logs: the id of a key, `oidc:<host of the issuer>:<sub>`, or `anonymous`. */
  readonly name: string;
  /** Tells it from all others; requests are counted under it. */
  readonly key: string;
  /** null: unlimited. */
  readonly rateLimit: RequestRate | null;
}

const NO_SOURCES: SourceSet = new Set();

/** Who asks, and what they may do. It never changes. */
export class Principal {
  readonly #sources: ReadonlyMap<Scope, SourceSet>;

  /** All grants are joined; each gives its scopes over its own sources. `sourceIds` are all that are configured. */
  constructor(
    readonly identity: Identity,
    grants: readonly Grant[],
    sourceIds: readonly string[],
  ) {
    this.#sources = join(grants, sourceIds);
  }

  get name(): string {
    return this.identity.name;
  }

  mayUse(scope: Scope): boolean {
    return this.#sources.has(scope);
  }

  /** The sources that it may use a scope for. None where it lacks the scope; all by name is `all`. */
  sourcesOf(scope: Scope): SourceSet {
    return this.#sources.get(scope) ?? NO_SOURCES;
  }
}

function join(grants: readonly Grant[], sourceIds: readonly string[]): ReadonlyMap<Scope, SourceSet> {
  const joined = new Map<Scope, SourceSet>();
  for (const { scopes, sources } of grants) {
    for (const scope of scopes) {
      // The metrics are those of the whole process.
      const given = scope === 'metrics:read' ? null : sources;
      joined.set(scope, union(joined.get(scope) ?? NO_SOURCES, given, sourceIds));
    }
  }
  return joined;
}

function union(before: SourceSet, given: Grant['sources'], sourceIds: readonly string[]): SourceSet {
  if (before === 'all' || given === null) return 'all';
  const ids = new Set([...before, ...given]);
  return sourceIds.every((id) => ids.has(id)) ? 'all' : ids;
}

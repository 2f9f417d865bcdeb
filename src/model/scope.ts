import type { CallRate } from './source.js';

/** What a principal may be allowed to do. */
export const SCOPES = ['tasks:read', 'tasks:raw', 'sources:read', 'sources:refresh', 'metrics:read'] as const;

export type Scope = (typeof SCOPES)[number];

/** Scopes, and the sources they are for. */
export interface Grant {
  readonly scopes: readonly Scope[];
  /** Ids of sources; null: all of them. */
  readonly sources: readonly string[] | null;
}

/** The sources that a principal may see: all, or those with these ids. */
export type SourceSet = 'all' | ReadonlySet<string>;

/** Requests allowed in a window of time. */
export type RequestRate = CallRate;

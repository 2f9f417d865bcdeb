import { describe, expect, it } from 'vitest';
import type { Grant } from '@/model/scope.js';
import { Principal } from './principal.js';

const IDS = ['logs', 'servers', 'oceanbase'];
const IDENTITY = { kind: 'token', name: 'someone', key: 'someone', rateLimit: null } as const;
const principal = (...grants: readonly Grant[]): Principal => new Principal(IDENTITY, grants, IDS);

describe('a principal', () => {
  it('may use the scopes of its grants, and no others', () => {
    const reader = principal({ scopes: ['tasks:read'], sources: ['logs'] });
    expect(reader.mayUse('tasks:read')).toBe(true);
    expect(reader.mayUse('tasks:raw')).toBe(false);
    expect(reader.sourcesOf('tasks:raw')).toEqual(new Set());
  });

  it('joins its grants, each with its scopes over its own sources', () => {
    const both = principal(
      { scopes: ['tasks:read', 'tasks:raw'], sources: ['logs'] },
      { scopes: ['tasks:read'], sources: ['oceanbase'] },
    );
    expect(both.sourcesOf('tasks:read')).toEqual(new Set(['logs', 'oceanbase']));
    expect(both.sourcesOf('tasks:raw')).toEqual(new Set(['logs']));
  });

  it('sees all sources by a grant without sources, whatever the order of the grants', () => {
    const all = { scopes: ['tasks:read'], sources: null } as const;
    const one = { scopes: ['tasks:read'], sources: ['logs'] } as const;
    expect(principal(all, one).sourcesOf('tasks:read')).toBe('all');
    expect(principal(one, all).sourcesOf('tasks:read')).toBe('all');
  });

  it('sees all sources when its grants together name every one', () => {
    const named = principal(
      { scopes: ['tasks:read'], sources: ['oceanbase', 'logs'] },
      { scopes: ['tasks:read'], sources: ['servers'] },
    );
    expect(named.sourcesOf('tasks:read')).toBe('all');
  });

  it('sees the metrics of all sources with metrics:read', () => {
    const scraper = principal({ scopes: ['metrics:read', 'tasks:read'], sources: ['logs'] });
    expect(scraper.sourcesOf('metrics:read')).toBe('all');
    expect(scraper.sourcesOf('tasks:read')).toEqual(new Set(['logs']));
  });
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ApiKeyConfig, AuthConfig } from '@/config/config.js';
import { ApiKeys } from './api-keys.js';
import { keygenText, newApiKey } from './keygen.js';

const AUTH: AuthConfig = {
  apiKeys: [],
  oidc: [],
  anonymous: null,
  rateLimit: { calls: 5, perMs: 1000 },
  metrics: null,
};
const keyOf = (id: string, hash: string): ApiKeyConfig => ({
  id,
  hash,
  scopes: ['tasks:read'],
  sources: null,
  rateLimit: null,
});

describe('API keys', () => {
  const [first, second] = [newApiKey(), newApiKey()];
  const keys = new ApiKeys(
    {
      ...AUTH,
      apiKeys: [
        keyOf('first', first.hash),
        { ...keyOf('second', second.hash), rateLimit: { calls: 9, perMs: 1000 } },
      ],
    },
    [],
  );

  it('are found by the key itself', () => {
    expect(keys.find(first.key)?.name).toBe('first');
    expect(keys.find(second.key)?.name).toBe('second');
    expect(keys.find(first.key)?.name).toBe('first');
  });

  it('are not found by anything else, their hash included', () => {
    for (const text of ['', first.hash, first.key.slice(0, -1), `${first.key}x`, 'trib_'])
      expect(keys.find(text)).toBeNull();
  });

  it('have the common limit where they have none of their own', () => {
    expect(keys.find(first.key)?.identity.rateLimit).toEqual({ calls: 5, perMs: 1000 });
    expect(keys.find(second.key)?.identity.rateLimit).toEqual({ calls: 9, perMs: 1000 });
  });

  it('may have any bytes: Node.js hands each over as a character', () => {
    const text = 'schlüssel-ключ';
    const hash = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    const odd = new ApiKeys({ ...AUTH, apiKeys: [keyOf('odd', hash)] }, []);
    expect(odd.find(Buffer.from(text).toString('latin1'))?.name).toBe('odd');
  });
});

describe('keygen', () => {
  it('makes a key of 32 random bytes, another each time', () => {
    const [a, b] = [newApiKey(), newApiKey()];
    expect(a.key).toMatch(/^trib_[\w-]{43}$/);
    expect(a.key).not.toBe(b.key);
  });

  it('prints YAML with a hash that the key is found by', () => {
    const text = keygenText('grafana') ?? '';
    const key = /trib_\S+/.exec(text)?.[0] ?? '';
    const { auth } = parse(text.slice(text.indexOf('auth:'))) as { auth: { apiKeys: ApiKeyConfig[] } };
    const [entry] = auth.apiKeys;
    const apiKeys = [{ sources: null, rateLimit: null, ...entry } as ApiKeyConfig];
    expect(new ApiKeys({ ...AUTH, apiKeys }, []).find(key)?.name).toBe('grafana');
  });

  it.each(['two words', '', 'a\nb', 'x'.repeat(65)])('refuses %j as an id', (id) => {
    expect(keygenText(id)).toBeNull();
  });
});

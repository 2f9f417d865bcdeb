import { describe, expect, it } from '@jest/globals';
import { sourceWith } from '../../test/support/reading.js';
import type { Config } from './config.js';
import { pageTokenKey } from './page-token-key.js';

const CREDENTIALS = { type: 'basic', username: 'admin', password: 'pw' } as const;

const SOURCE = sourceWith({
  id: 'ob',
  provider: 'oceanbase-ocp',
  endpoint: 'http://ocp.internal:8080',
  region: null,
  projectId: null,
  windowMs: 86_400_000,
});

function config(server: Partial<Config['server']> = {}, password = 'pw'): Config {
  return {
    server: {
      host: '127.0.0.1',
      port: 3000,
      deadlineMs: 2000,
      shutdownTimeoutMs: 1,
      secret: null,
      ...server,
    },
    cache: { redis: null, prefix: 'tributary', freshForMs: 15_000, keepForMs: 86_400_000 },
    windowMs: 86_400_000,
    log: { level: 'info' },
    auth: null,
    sources: [{ ...SOURCE, credentials: { ...CREDENTIALS, password } }],
  };
}

describe('the page token key', () => {
  it('has 32 bytes and is the same after a restart', () => {
    expect(pageTokenKey(config())).toHaveLength(32);
    expect(pageTokenKey(config())).toEqual(pageTokenKey(config()));
  });

  it('is the same for replicas that listen on different ports', () => {
    expect(pageTokenKey(config({ port: 3001 }))).toEqual(pageTokenKey(config()));
  });

  it('depends on the credentials while there is no secret', () => {
    expect(pageTokenKey(config({}, 'other'))).not.toEqual(pageTokenKey(config()));
  });

  it('depends on nothing but the secret once there is one', () => {
    const secret = '0123456789abcdef';
    expect(pageTokenKey(config({ secret }, 'other'))).toEqual(pageTokenKey(config({ secret })));
    expect(pageTokenKey(config({ secret: `${secret}0` }))).not.toEqual(pageTokenKey(config({ secret })));
  });
});

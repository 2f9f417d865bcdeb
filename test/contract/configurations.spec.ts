import { describe, expect, it } from 'vitest';
import { loadConfig } from '@/config/load-config.js';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';

describe('the shipped configurations', () => {
  it('docs/compose.yaml is valid unchanged', () => {
    const config = loadConfig({ file: 'docs/compose.yaml', env: {}, providers: PROVIDER_SETTINGS });
    expect(config.sources.map(({ provider }) => provider).sort()).toEqual(
      PROVIDER_SETTINGS.map(({ id }) => id).sort(),
    );
    expect(config).toMatchObject({ auth: 'none', server: { host: '0.0.0.0' } });
  });
});

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';

const FOLDERS = readdirSync('src/providers', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

describe('the providers', () => {
  it('are listed, one for each folder', () => {
    expect(PROVIDER_SETTINGS.map(({ id }) => id).sort()).toEqual(FOLDERS);
  });

  it.each(FOLDERS)('%s has the files that every provider has', (folder) => {
    expect(readdirSync(`src/providers/${folder}`)).toEqual(
      expect.arrayContaining([
        `${folder}.module.ts`,
        'README.md',
        'fixtures',
        'normalise.ts',
        'read-feed.ts',
        'settings.ts',
        'wire.ts',
      ]),
    );
  });
});

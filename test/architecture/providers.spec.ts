import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PROVIDER_SETTINGS } from '@/providers/provider-list.js';

const FOLDERS = readdirSync('src/providers', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

describe('the providers', () => {
  it('are listed, each folder of them', () => {
    expect(PROVIDER_SETTINGS.map(({ id }) => id).sort()).toEqual(FOLDERS);
  });

  it.each(FOLDERS)('%s has the files that every provider has', (folder) => {
    expect(readdirSync(`src/providers/${folder}`)).toEqual(
      expect.arrayContaining([
        `${folder}.module.ts`,
        'README.md',
        'failures.ts',
        'fixtures',
        'list-feeds.ts',
        'normalise.ts',
        'read-feed.ts',
        'settings.ts',
        'wire.ts',
      ]),
    );
  });
});

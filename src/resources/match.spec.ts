import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { ResourceMatch } from '@/model/expectation.js';
import { type MatchedResource, matches } from './match.js';

const SERVER: MatchedResource = {
  source: 'server-backups',
  type: 'OS::Nova::Server',
  resourceId: '6fc5b157',
  name: 'prod-billing',
  cluster: { id: '1000005', name: 'yc0820_17' },
};

describe('a match', () => {
  it.each<[string, ResourceMatch, Partial<MatchedResource>, boolean]>([
    ['takes every resource without a field', {}, {}, true],
    ['takes none with an empty list', { source: [] }, {}, false],
    ['takes the exact text', { source: ['other', 'server-backups'] }, {}, true],
    ['takes no part of a text', { source: ['server'] }, {}, false],
    ['needs every field that it gives', { source: ['server-backups'], type: ['other'] }, {}, false],
    [
      'takes what every field fits',
      { source: ['*'], type: ['OS::*'], id: ['6*'], name: ['prod-*'] },
      {},
      true,
    ],
    ['counts case', { name: ['PROD-*'] }, {}, false],
    ['lets * stand for nothing', { name: ['*prod-billing*'] }, {}, true],
    ['lets ? stand for one character', { name: ['prod-billin?'] }, {}, true],
    ['lets ? not stand for none', { name: ['prod-billing?'] }, {}, false],
    ['lets ? stand for a character of two units', { name: ['db-?'] }, { name: 'db-🐘' }, true],
    ['takes other signs as they are', { name: ['prod.billing', '[p]*', 'prod-(.+)'] }, {}, false],
    ['takes the id of the cluster', { cluster: ['1000005'] }, {}, true],
    ['takes the name of the cluster', { cluster: ['yc*'] }, {}, true],
    ['takes neither id and name of the cluster together', { cluster: ['1000005?yc*'] }, {}, false],
    ['takes no resource without a cluster', { cluster: ['*'] }, { cluster: null }, false],
    [
      'takes a cluster without a name by its id',
      { cluster: ['1*'] },
      { cluster: { id: '1', name: null } },
      true,
    ],
    ['takes no name that is null', { name: ['*'] }, { name: null }, false],
    ['takes a name that is empty', { name: ['*'] }, { name: '' }, true],
    ['takes no id that is null', { id: ['*'] }, { resourceId: null }, false],
    ['takes no type that is null', { type: ['*'] }, { type: null }, false],
  ])('%s', (_title, match, ...[changes, expected]) => {
    expect(matches(match, { ...SERVER, ...changes })).toBe(expected);
  });

  it('agrees with a regular expression on any pattern', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '🐘'), maxLength: 8 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '🐘', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(patterns, texts, (pattern, name) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su');
        expect(matches({ name: [pattern] }, { ...SERVER, name })).toBe(expression.test(name));
      }),
      { numRuns: 2000 },
    );
  });

  it('ends soon on patterns at which regular expressions do not', () => {
    const name = 'a'.repeat(10_000);
    expect(matches({ name: [`${'*a'.repeat(100)}*b`] }, { ...SERVER, name })).toBe(false);
    expect(matches({ name: [`${'*a'.repeat(100)}*`] }, { ...SERVER, name })).toBe(true);
  });
});

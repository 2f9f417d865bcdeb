import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config-error.js';
import { configFileFrom } from './config-file-from.js';

const BOTH_WAYS = '--config FILE on the command line, or TRIBUTARY_CONFIG=FILE in the environment';

describe('the configuration file', () => {
  it('is the one of the command line', () => {
    expect(configFileFrom(['--config', 'a.yaml'], { TRIBUTARY_CONFIG: 'b.yaml' })).toBe('a.yaml');
    expect(configFileFrom(['--config=a.yaml'], {})).toBe('a.yaml');
  });

  it('is the one of the environment when the command line names none', () => {
    expect(configFileFrom([], { TRIBUTARY_CONFIG: 'b.yaml' })).toBe('b.yaml');
  });

  it.each([
    [[], 'found no configuration file'],
    [['--config'], 'found "--config"'],
    [['--config='], 'found "--config="'],
    [['--confg', 'a.yaml'], 'found "--confg"'],
    [['a.yaml'], 'found "a.yaml"'],
    [['-c', 'a.yaml'], 'found "-c"'],
    [['--', 'a.yaml'], 'found "--"'],
    [['--config', 'a', '--config', 'b'], 'found --config more than once'],
  ])('is asked for in both ways when the command line is %j', (argv, found) => {
    const env = { TRIBUTARY_CONFIG: '' };
    expect(() => configFileFrom(argv, env)).toThrow(
      new ConfigError([
        {
          file: 'command line',
          line: null,
          column: null,
          field: '',
          detail: `${found}; allowed: ${BOTH_WAYS}`,
        },
      ]),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config-error.js';
import { configFileFrom } from './config-file-from.js';

const USAGE = '--config FILE on the command line, or TRIBUTARY_CONFIG=FILE in the environment';

describe('the configuration file', () => {
  it('is taken from the command line', () => {
    expect(configFileFrom(['--config', 'a.yaml'], { TRIBUTARY_CONFIG: 'b.yaml' })).toBe('a.yaml');
    expect(configFileFrom(['--config=a.yaml'], {})).toBe('a.yaml');
  });

  it('is taken from the environment when the command line has none', () => {
    expect(configFileFrom([], { TRIBUTARY_CONFIG: 'b.yaml' })).toBe('b.yaml');
  });

  it.each([
    [[], 'no configuration file'],
    [['--config'], '"--config" is not valid'],
    [['--config='], '"--config=" is not valid'],
    [['--confg', 'a.yaml'], '"--confg" is not valid'],
    [['a.yaml'], '"a.yaml" is not valid'],
    [['-c', 'a.yaml'], '"-c" is not valid'],
    [['--', 'a.yaml'], '"--" is not valid'],
    [['--config', 'a', '--config', 'b'], '--config is repeated'],
  ])('is asked for when the command line is %j', (argv, fault) => {
    const env = { TRIBUTARY_CONFIG: '' };
    expect(() => configFileFrom(argv, env)).toThrow(
      new ConfigError([
        {
          file: 'command line',
          line: null,
          column: null,
          field: '',
          detail: `${fault}; use ${USAGE}`,
        },
      ]),
    );
  });
});

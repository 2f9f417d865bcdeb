import { describe, expect, it } from 'vitest';
import { parseCommandLine, UsageError } from './command-line.js';
import { ConfigError } from './config-error.js';

describe('the configuration file', () => {
  it('is taken from the command line', () => {
    const run = { name: 'run', file: 'a.yaml' };
    expect(parseCommandLine(['--config', 'a.yaml'], { TRIBUTARY_CONFIG: 'b.yaml' })).toEqual(run);
    expect(parseCommandLine(['--config=a.yaml'], {})).toEqual(run);
  });

  it('is taken from the environment when the command line has none', () => {
    expect(parseCommandLine([], { TRIBUTARY_CONFIG: 'b.yaml' })).toEqual({ name: 'run', file: 'b.yaml' });
  });

  it('is asked for when neither names one', () => {
    for (const argv of [[], ['--check']]) {
      expect(() => parseCommandLine(argv, { TRIBUTARY_CONFIG: '' })).toThrow(
        new ConfigError([
          {
            file: 'command line',
            line: null,
            column: null,
            field: '',
            detail:
              'no configuration file; use --config FILE on the command line, or TRIBUTARY_CONFIG=FILE in the environment',
          },
        ]),
      );
    }
  });
});

describe('the command', () => {
  it.each([
    [['--check', '--config', 'a.yaml'], { name: 'check', file: 'a.yaml' }],
    [['--config=a.yaml', '--check'], { name: 'check', file: 'a.yaml' }],
    [['--health', '--config', 'a.yaml'], { name: 'health', file: 'a.yaml' }],
    [['--health'], { name: 'health', file: '' }],
    [['--version'], { name: 'version' }],
    [['--help'], { name: 'help' }],
    [['-h'], { name: 'help' }],
    [['keygen', 'grafana'], { name: 'keygen', id: 'grafana' }],
    [['keygen', '--help'], { name: 'help' }],
    [['--config', 'a.yaml', '--version', '--help'], { name: 'help' }],
  ])('of %j is understood', (argv, command) => {
    expect(parseCommandLine(argv, {})).toEqual(command);
  });

  it.each([
    [['--confg', 'a.yaml'], '"--confg" is not known; --help lists what is'],
    [['a.yaml'], '"a.yaml" is not known; --help lists what is'],
    [['-c', 'a.yaml'], '"-c" is not known; --help lists what is'],
    [['--'], '"--" is not known; --help lists what is'],
    [['--check=yes', '--config', 'a'], '--check takes no value; --help lists what is'],
    [['--check', '--health', '--config', 'a'], '--check and --health exclude each other; use one of them'],
    [['--config'], '--config has no value; name the configuration file: --config FILE'],
    [['--config='], '--config has no value; name the configuration file: --config FILE'],
    [['--config', 'a', '--config', 'b'], '--config is repeated; name one configuration file'],
    [['keygen'], 'keygen has no id; name the new key: keygen ID'],
    [['keygen', 'a', 'b'], 'keygen takes one id; remove "b"'],
  ])('of %j is refused', (argv, message) => {
    expect(() => parseCommandLine(argv, {})).toThrow(new UsageError(message));
  });
});

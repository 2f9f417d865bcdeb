import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.js';

const BOTH_WAYS = '--config FILE on the command line, or TRIBUTARY_CONFIG=FILE in the environment';

/**
 * The configuration file that a start names: `--config FILE`, else `TRIBUTARY_CONFIG`. `argv` is without the
 * program's own name. Throws ConfigError when neither names one or the command line holds anything else.
 */
export function configFileFrom(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string {
  const named = parse(argv) ?? env.TRIBUTARY_CONFIG ?? '';
  if (named === '') throw commandLineError(`found no configuration file; allowed: ${BOTH_WAYS}`);
  return named;
}

function parse(argv: readonly string[]): string | undefined {
  const { tokens } = parseArgs({
    args: [...argv],
    options: { config: { type: 'string', multiple: true } },
    strict: false,
    tokens: true,
  });
  const files = tokens.map((token) => {
    const isFile = token.kind === 'option' && token.name === 'config' && Boolean(token.value);
    if (!isFile) throw commandLineError(`found ${JSON.stringify(argv[token.index])}; allowed: ${BOTH_WAYS}`);
    return token.value;
  });
  if (files.length > 1) throw commandLineError(`found --config more than once; allowed: ${BOTH_WAYS}`);
  return files[0];
}

function commandLineError(detail: string): ConfigError {
  return new ConfigError([{ file: 'command line', line: null, column: null, field: '', detail }]);
}

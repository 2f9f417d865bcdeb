import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.js';

const USAGE = '--config FILE on the command line, or TRIBUTARY_CONFIG=FILE in the environment';

/**
 * The configuration file to start with: `--config FILE`, else `TRIBUTARY_CONFIG`. `argv` is without the program's own
 * name. Throws ConfigError when there is neither, or anything else on the command line.
 */
export function configFileFrom(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string {
  const named = parse(argv) ?? env.TRIBUTARY_CONFIG ?? '';
  if (named === '') throw commandLineError(`no configuration file; use ${USAGE}`);
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
    if (!isFile) throw commandLineError(`${JSON.stringify(argv[token.index])} is not valid; use ${USAGE}`);
    return token.value;
  });
  if (files.length > 1) throw commandLineError(`--config is repeated; use ${USAGE}`);
  return files[0];
}

function commandLineError(detail: string): ConfigError {
  return new ConfigError([{ file: 'command line', line: null, column: null, field: '', detail }]);
}

import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.js';

/** What the process exits with when its command line is wrong: EX_USAGE of BSD's sysexits.h. */
export const USAGE_EXIT_CODE = 64;

/** What the program is asked to do. */
export type Command =
  | FileCommand
  | { readonly name: 'help' | 'version' }
  | {
      readonly name: 'keygen';
      /** What the new key is to be called. */
      readonly id: string;
    };

/** To do something with a configuration file, or with the gateway that was started with it. */
export interface FileCommand {
  readonly name: 'run' | 'check' | 'health';
  /** Empty only for `health`, which has no exit code of its own for that. */
  readonly file: string;
}

/** Thrown when the command line cannot be understood. Its message is fit to print. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const WITHOUT_VALUE = ['check', 'health', 'help', 'version'] as const;
type Flag = (typeof WITHOUT_VALUE)[number];

/**
 * Reads the command line, `argv`, which is without the program's own name. The configuration file is `--config FILE`, else
 * `TRIBUTARY_CONFIG`. Throws UsageError for anything unknown, and ConfigError when there is no configuration file.
 */
export function parseCommandLine(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Command {
  if (argv[0] === 'keygen') return keygenOf(argv.slice(1));
  const { flags, file } = read(argv);
  if (flags.has('help')) return { name: 'help' };
  if (flags.has('version')) return { name: 'version' };
  const name = fileCommand(flags);
  const named = file ?? env.TRIBUTARY_CONFIG ?? '';
  if (named === '' && name !== 'health') throw noFile();
  return { name, file: named };
}

function keygenOf([id, another]: readonly string[]): Command {
  if (id === '--help' || id === '-h') return { name: 'help' };
  if (id === undefined) throw new UsageError('keygen has no id; name the new key: keygen ID');
  if (another === undefined) return { name: 'keygen', id };
  throw new UsageError(`keygen takes one id; remove ${JSON.stringify(another)}`);
}

function fileCommand(flags: ReadonlySet<Flag>): FileCommand['name'] {
  const [name, another] = (['check', 'health'] as const).filter((flag) => flags.has(flag));
  if (another !== undefined) throw new UsageError(`--check and --health exclude each other; use one of them`);
  return name ?? 'run';
}

interface Arguments {
  readonly flags: ReadonlySet<Flag>;
  readonly file: string | null;
}

function read(argv: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  });
  const flags = new Set<Flag>();
  let file: string | null = null;
  for (const token of tokens) {
    const flag = token.kind === 'option' ? WITHOUT_VALUE.find((each) => each === token.name) : undefined;
    if (token.kind !== 'option' || (flag === undefined && token.name !== 'config')) {
      throw new UsageError(`${JSON.stringify(argv[token.index])} is not known; ${SEE_HELP}`);
    }
    if (flag === undefined) file = fileOf(token.value, file);
    else if (token.value === undefined) flags.add(flag);
    else throw new UsageError(`--${flag} takes no value; ${SEE_HELP}`);
  }
  return { flags, file };
}

function fileOf(value: string | undefined, earlier: string | null): string {
  if (!value) throw new UsageError(`--config has no value; name the configuration file: --config FILE`);
  if (earlier !== null) throw new UsageError('--config is repeated; name one configuration file');
  return value;
}

const SEE_HELP = '--help lists what is';

function noFile(): ConfigError {
  const detail =
    'no configuration file; use --config FILE on the command line, or TRIBUTARY_CONFIG=FILE in the environment';
  return new ConfigError([{ file: 'command line', line: null, column: null, field: '', detail }]);
}

/** What `--help` prints. */
export const HELP = `Tributary, an aggregating REST gateway for backup tasks

Usage: tributary --config FILE [--check | --health]
       tributary keygen ID

  --config FILE  the configuration file (YAML); docs/configuration.md describes it
  --check        check the configuration, and start nothing
  --health       ask the gateway that was started with this file whether it is alive: exits with 0 or 1 within 2 s
  --version      print the version
  -h, --help     print this text
  keygen ID      make an API key with this id, and print it with what the configuration needs

Environment:
  TRIBUTARY_CONFIG  the configuration file, where there is no --config
  Whatever the configuration names as \${NAME}.

Signals:
  SIGTERM  stop: take requests for a moment longer, finish those under way
  SIGINT   stop: finish the requests under way
  SIGHUP   read the configuration again

Exit codes:
  0   stopped as asked, or the configuration is right, or the gateway is alive
  1   could not start or stop, or failed while running (the log says why), or the gateway is not alive
  64  the command line is wrong
  78  the configuration is wrong
`;

import {
  HELP,
  parseCommandLine,
  USAGE_EXIT_CODE,
  UsageError,
  type FileCommand,
} from './config/command-line.js';
import { CONFIG_EXIT_CODE, ConfigError } from './config/config-error.js';
import type { Config } from './config/config.js';
import { programVersion } from './config/program-version.js';

await carryOut(process.argv.slice(2)).catch(endOnMistakes);

async function carryOut(argv: readonly string[]): Promise<void> {
  const command = parseCommandLine(argv, process.env);
  if ('file' in command) await (command.name === 'health' ? reportHealth(command.file) : checkOrRun(command));
  else if (command.name === 'keygen') await printKey(command.id);
  else process.stdout.write(command.name === 'help' ? HELP : `${programVersion()}\n`);
}

async function printKey(id: string): Promise<void> {
  const { keygen } = await import('./access/keygen.js');
  process.exitCode = keygen(id);
}

async function reportHealth(file: string): Promise<void> {
  const { checkHealth } = await import('./platform/health/health-check.js');
  const fault = await checkHealth(file);
  process.stdout.write(`${fault ?? 'alive'}\n`);
  // Container engines reserve all codes but 0 and 1.
  process.exitCode = fault === null ? 0 : 1;
}

/** The gateway is loaded once the configuration is known to be right: until then, nothing heavy is. */
async function checkOrRun({ name, file }: FileCommand): Promise<void> {
  const { loadConfig } = await import('./config/load-config.js');
  const { PROVIDER_SETTINGS } = await import('./providers/provider-list.js');
  const files = new Set<string>();
  const load = (onFile: (path: string) => void): Config =>
    loadConfig({ file, env: process.env, providers: PROVIDER_SETTINGS, onFile });
  const config = load((path) => files.add(path));
  if (name === 'run') {
    const { runGateway } = await import('./app.run.js');
    await runGateway({ file, config, files }, load);
    return;
  }
  const count = config.sources.length;
  process.stdout.write(`ok: ${count} ${count === 1 ? 'source' : 'sources'}\n`);
}

/** Ends the process where the user has made a mistake; a fault of the program itself is thrown on. */
function endOnMistakes(fault: unknown): void {
  const code =
    fault instanceof ConfigError ? CONFIG_EXIT_CODE : fault instanceof UsageError ? USAGE_EXIT_CODE : null;
  if (code === null) throw fault;
  process.stderr.write(`${(fault as Error).message}\n`);
  process.exitCode = code;
}

import { spawnSync } from 'node:child_process';

const NO_PROMTOOL =
  "The tests of metrics and alerts need promtool: apt-get install prometheus, or Prometheus' own binary.";

/** Where promtool is missing, tests with it are skipped, but not in continuous integration. */
export function canSkipPromtool(): boolean {
  const isMissing = spawnSync('promtool', ['--version']).status !== 0;
  if (isMissing && !process.env.CI) process.stderr.write(`${NO_PROMTOOL} They are skipped.\n`);
  return isMissing && !process.env.CI;
}

/** Runs promtool to its end; answers what it says, and its exit code. */
export function promtool(
  parameters: readonly string[],
  input = '',
): { readonly code: number | null; readonly text: string } {
  const { error, status, stdout, stderr } = spawnSync('promtool', parameters, { input, encoding: 'utf8' });
  if (error !== undefined) throw new Error(NO_PROMTOOL, { cause: error });
  return { code: status, text: stdout + stderr };
}

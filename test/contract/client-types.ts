import { execFile, type ExecException } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const RULES = join(process.cwd(), 'test/contract/fixtures/redocly.yaml');

/** How a program ended, and all it printed. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a JavaScript program on this very node. */
export function run(program: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (error: ExecException | null, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
    });
  });
}

/** Makes the types of a client from a document, and checks the document by the rules on the way. */
export function makeClientTypes(documentFile: string, output: string): Promise<Outcome> {
  const program = join(dirname(require.resolve('openapi-typescript/package.json')), 'bin/cli.js');
  return run(program, documentFile, '--redocly', RULES, '--output', output);
}

/** Compiles the TypeScript project in a folder. */
export function compile(folder: string): Promise<Outcome> {
  return run(require.resolve('typescript/bin/tsc'), '--project', folder, '--pretty', 'false');
}

/** The lines in which a document was found fault with. */
export function faultsIn({ output }: Outcome): string[] {
  return output.split('\n').filter((line) => /✘|⚠/.test(line));
}

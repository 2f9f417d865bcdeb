import { join } from 'node:path';
import ts from 'typescript';
import type { Manifest } from './manifests.js';

/** Packages made from the schemas of Kubernetes and of the CRDs, by API group: a validator and a type for each kind. */
const PACKAGES: Readonly<Record<string, string>> = {
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
};
const BUILT_IN = 'kubernetes-models';

/**
 * What is wrong with manifests by the schemas of their kinds, each fault with kind and name. The validators judge values and
 * formats. The compiler judges fields: an unknown one is an error in a literal, while the schemas allow it.
 */
export async function schemaFaults(manifests: readonly Manifest[]): Promise<string[]> {
  const invalid = await Promise.all(manifests.map(invalidValues));
  return [...invalid.flat(), ...typeErrors(manifests)];
}

function moduleOf({ apiVersion, kind }: Manifest): string {
  const group = apiVersion.split('/').at(-2) ?? '';
  return [PACKAGES[group] ?? BUILT_IN, apiVersion, kind].join('/');
}

function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

type Model = new (manifest: Manifest) => { validate(): void };

async function invalidValues(manifest: Manifest): Promise<string[]> {
  const models = (await import(moduleOf(manifest))) as Readonly<Record<string, Model | undefined>>;
  const Kind = models[manifest.kind];
  if (Kind === undefined) throw new Error(`${moduleOf(manifest)} has no ${manifest.kind}`);
  try {
    new Kind(manifest).validate();
    return [];
  } catch (fault) {
    return [`${nameOf(manifest)}: ${(fault as Error).message}`];
  }
}

/** A module that says of each manifest, on a line of its own, that it has the type of its kind. */
function asModule(manifests: readonly Manifest[]): string {
  const lines = manifests.map((manifest) => {
    const type = `import('${moduleOf(manifest)}').I${manifest.kind}`;
    return `(${JSON.stringify(manifest)}) satisfies ${type};`;
  });
  return ['export {};', ...lines].join('\n');
}

const OPTIONS: ts.CompilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
};
/** Nothing is written there: the compiler looks for packages from there. */
const FILE = join(process.cwd(), 'test/deploy/manifests-as-types.mts');

function typeErrors(manifests: readonly Manifest[]): string[] {
  const host = ts.createCompilerHost(OPTIONS);
  const disk = ts.createCompilerHost(OPTIONS);
  const text = asModule(manifests);
  host.fileExists = (path) => path === FILE || disk.fileExists(path);
  host.getSourceFile = (path, options, ...rest) =>
    path === FILE
      ? ts.createSourceFile(path, text, options)
      : (parsed[path] ??= disk.getSourceFile(path, options, ...rest));
  const program = ts.createProgram([FILE], OPTIONS, host);
  return ts.getPreEmitDiagnostics(program).map((each) => asFault(each, manifests));
}

/** The files of the packages, which are parsed once. */
const parsed: Record<string, ts.SourceFile | undefined> = {};

function asFault({ file, start, messageText }: ts.Diagnostic, manifests: readonly Manifest[]): string {
  const line = file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line;
  const manifest = manifests[line - 1];
  const message = ts.flattenDiagnosticMessageText(messageText, ' ');
  return manifest === undefined ? message : `${nameOf(manifest)}: ${message}`;
}

import { parseAllDocuments } from 'yaml';
import { run } from './kube-tools.js';

export const CHART = 'deploy/helm/tributary';
export const KUSTOMIZE = 'deploy/kubernetes';

/** An object of Kubernetes, as far as every kind has the same fields. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Texts };
  readonly [field: string]: unknown;
}

type Texts = Readonly<Record<string, string>>;

/** A Deployment, as far as tests look into it. */
export interface Deployment extends Manifest {
  readonly spec: {
    readonly replicas?: number;
    readonly strategy: unknown;
    readonly selector: { readonly matchLabels: Texts };
    readonly template: { readonly metadata: PodMetadata; readonly spec: PodSpec };
  };
}

interface PodMetadata {
  readonly labels: Texts;
  readonly annotations?: Texts;
}

export interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly Container[];
  readonly volumes: readonly {
    readonly name: string;
    readonly configMap?: { readonly name: string };
    readonly secret?: { readonly secretName: string };
  }[];
}

export interface Container {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<string, Texts>>;
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
  }[];
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string; readonly scheme?: string };
  readonly exec?: { readonly command: readonly string[] };
}

export interface ConfigMap extends Manifest {
  readonly data: Texts;
}

/** What `kubectl apply -k` would send for a folder below deploy/kubernetes. */
export function kustomize(folder: string): Manifest[] {
  return manifestsOf(runOnce('kubectl', ['kustomize', `${KUSTOMIZE}/${folder}`]));
}

/** What has been rendered is not rendered again. */
function runOnce(tool: 'helm' | 'kubectl', args: readonly string[]): ReturnType<typeof run> {
  return (rendered[args.join(' ')] ??= run(tool, args));
}

const rendered: Record<string, ReturnType<typeof run>> = {};

function manifestsOf({ code, stdout, stderr }: ReturnType<typeof run>): Manifest[] {
  if (code !== 0) throw new Error(stderr);
  return parseManifests(stdout);
}

/** What Helm says to values files below the chart's `ci` folder, and to further options. */
export function helmTemplate(
  files: readonly string[],
  options: readonly string[] = [],
): ReturnType<typeof run> {
  const values = files.flatMap((name) => ['--values', `${CHART}/ci/${name}-values.yaml`]);
  return runOnce('helm', ['template', 'release', CHART, '--namespace', 'backups', ...values, ...options]);
}

/** What `helm install` would send. */
export function chart(files: readonly string[], options: readonly string[] = []): Manifest[] {
  return manifestsOf(helmTemplate(files, options));
}

/** Kubernetes reads YAML 1.1. */
export function parseManifests(text: string): Manifest[] {
  const documents = parseAllDocuments(text, { version: '1.1' });
  if (!Array.isArray(documents)) return [];
  const faults = documents.flatMap(({ errors }) => errors);
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'));
  return documents.map((each) => each.toJS() as Manifest | null).filter((each) => each !== null);
}

/** The only object of a kind; the last words of its name tell it from others. */
export function only(manifests: readonly Manifest[], kind: string, ending = ''): Manifest {
  const found = manifests.filter((each) => each.kind === kind && each.metadata.name.endsWith(ending));
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} of ${kind} …${ending}`);
  return first;
}

export function deploymentOf(manifests: readonly Manifest[], ending = ''): Deployment {
  return only(manifests, 'Deployment', ending) as Deployment;
}

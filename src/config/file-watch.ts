import { stat } from 'node:fs/promises';

/** How often the files are looked at. */
const LOOK_EVERY_MS = 1_000;

/** What tells one content of a file from another, by the path of the file. */
type States = ReadonlyMap<string, string>;

/**
 * Notices that files have changed: written anew, replaced, removed, or behind a symlink that was swapped, as Kubernetes
 * does. It looks at them rather than subscribing, because notifications get lost on network and overlay file systems. A
 * change is told once two looks in a row have seen the same: files are written piece by piece, and one by one.
 */
export class FileWatch {
  #seen: States = new Map();
  /** As they were when a change was told last, or when they were first watched. */
  #told: States = new Map();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly onChange: () => void) {}

  /** Replaces the list of files. Changes of those that were watched before are not missed. */
  async watch(paths: Iterable<string>): Promise<void> {
    const now = await statesOf(paths);
    this.#told = new Map([...now].map(([path, state]) => [path, this.#told.get(path) ?? state]));
    this.#seen = now;
  }

  /** Looks at the files from now on, without keeping the process alive. */
  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Looks at the files once. */
  async look(): Promise<void> {
    const now = await statesOf(this.#told.keys());
    const isSteady = isSame(now, this.#seen);
    this.#seen = now;
    if (!isSteady || isSame(now, this.#told)) return;
    this.#told = now;
    this.onChange();
  }
}

async function statesOf(paths: Iterable<string>): Promise<States> {
  const entries = [...paths].map(async (path) => [path, await stateOf(path)] as const);
  return new Map(await Promise.all(entries));
}

async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(' ');
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code ?? 'fault';
  }
}

function isSame(a: States, b: States): boolean {
  return a.size === b.size && [...a].every(([path, state]) => b.get(path) === state);
}

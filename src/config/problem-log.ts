import { ConfigError } from './config-error.js';
import type { Problem } from './config-error.js';

/** A position in the file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What a problem is about: a position and the field found there. */
export interface Spot {
  readonly place: Place;
  readonly path: string;
}

export const START_OF_FILE: Spot = { place: { line: 1, column: 1 }, path: '' };

/** Collects what is wrong with one file, so that everything can be told at once. */
export class ProblemLog {
  readonly #problems: Problem[] = [];

  constructor(private readonly file: string) {}

  /** `found` and `allowed` are phrases; the caller keeps secrets out of both. */
  note({ place, path }: Spot, found: string, allowed: string): void {
    const detail = `found ${found}; allowed: ${allowed}`;
    this.#problems.push({ file: this.file, line: place.line, column: place.column, field: path, detail });
  }

  /** The file itself is the problem. */
  noteFile(found: string, allowed: string): void {
    const detail = `found ${found}; allowed: ${allowed}`;
    this.#problems.push({ file: this.file, line: null, column: null, field: '', detail });
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  /** Everything noted, in the order of the file. */
  toError(): ConfigError {
    return new ConfigError(this.#problems.toSorted(compareProblems));
  }
}

function compareProblems(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

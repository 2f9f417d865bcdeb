import { ConfigError } from './config-error.js';
import type { Problem } from './config-error.js';

/** A position in the file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What a problem is about: a field and its position. */
export interface Spot {
  readonly place: Place;
  readonly path: string;
}

export const START_OF_FILE: Spot = { place: { line: 1, column: 1 }, path: '' };

/** Collects what is wrong with one file, so that everything can be reported at once. */
export class ProblemLog {
  readonly #problems: Problem[] = [];

  constructor(private readonly file: string) {}

  /** `detail` says what is wrong and what to use instead. The caller keeps secrets out of it. */
  note({ place, path }: Spot, detail: string): void {
    this.#problems.push({ file: this.file, line: place.line, column: place.column, field: path, detail });
  }

  /** The file itself is the problem. */
  noteFile(detail: string): void {
    this.#problems.push({ file: this.file, line: null, column: null, field: '', detail });
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  /** All problems, in the order of the file. */
  toError(): ConfigError {
    return new ConfigError(this.#problems.toSorted(compareProblems));
  }
}

function compareProblems(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

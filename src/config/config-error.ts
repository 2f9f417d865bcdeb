/** What the process exits with when its configuration is wrong: EX_CONFIG of BSD's sysexits.h. */
export const CONFIG_EXIT_CODE = 78;

/** One problem and where it is. Lines and columns count from 1; null where a place makes no sense. */
export interface Problem {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** Such as `sources[1].credentials.type`; empty when it is the file itself. */
  readonly field: string;
  /** What is wrong, and what to use instead. Never a secret. */
  readonly detail: string;
}

/** Thrown when the configuration cannot be used. It carries every problem found; its message is fit to print. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
  }
}

/** One line: `file:line:column field: what is wrong; what to use`. */
function formatProblem({ file, line, column, field, detail }: Problem): string {
  const place = line === null ? file : `${file}:${line}:${column ?? 1}`;
  return `${field === '' ? place : `${place} ${field}`}: ${detail}`;
}

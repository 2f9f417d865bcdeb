import { resolve } from 'node:path';
import type { ProblemLog, Spot } from './problem-log.js';
import { readTextFile } from './read-text-file.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const PLACEHOLDER = /\$\$\{|\$\{([^{}]*)(\}?)/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const FILE = /^file:(.+)$/s;
const FORMS = '${NAME} for an environment variable, ${file:PATH} for a file, $${ for a literal ${';

/** A text with its placeholders replaced. */
export interface SubstitutedText {
  readonly text: string;
  /** True when any of it came from elsewhere: it may be a secret then, and is never shown. */
  readonly substituted: boolean;
}

/**
 * Replaces `${NAME}` by an environment variable and `${file:PATH}` by a file's content, less one newline at
 * its end. What is put in is taken as it is: no placeholder and no YAML in it is looked at.
 */
export class Substitution {
  constructor(
    private readonly env: Environment,
    /** What relative paths start from: the configuration file's folder. */
    private readonly folder: string,
    private readonly problems: ProblemLog,
  ) {}

  /** Null when something is missing; each missing thing has been noted. */
  apply(template: string, spot: Spot): SubstitutedText | null {
    let substituted = false;
    const missing: string[] = [];
    const text = template.replace(PLACEHOLDER, (whole, name: string | undefined, end: string) => {
      if (name === undefined) return '${';
      substituted = true;
      const value = end === '' ? this.#malformed(spot) : this.#value(whole, name, spot);
      if (value === null) missing.push(whole);
      return value ?? '';
    });
    return missing.length > 0 ? null : { text, substituted };
  }

  #value(placeholder: string, name: string, spot: Spot): string | null {
    const path = FILE.exec(name)?.[1];
    if (path !== undefined) return this.#fileContent(placeholder, path, spot);
    if (!VARIABLE.test(name)) return this.#malformed(spot);
    // `hasOwn`: process.env inherits `constructor` and its like.
    const value = Object.hasOwn(this.env, name) ? this.env[name] : undefined;
    if (value !== undefined) return value;
    this.problems.note(
      spot,
      `${placeholder}, which is not set`,
      'the name of a variable set in the environment',
    );
    return null;
  }

  #fileContent(placeholder: string, path: string, spot: Spot): string | null {
    const read = readTextFile(resolve(this.folder, path));
    if (read.outcome === 'read') return read.text.replace(/\r?\n$/, '');
    this.problems.note(spot, `${placeholder}, which is ${read.found}`, 'the path of a readable UTF-8 file');
    return null;
  }

  /** It is not shown: it may as well be a secret that holds a dollar sign and a brace. */
  #malformed(spot: Spot): null {
    this.problems.note(spot, 'a placeholder of another form', FORMS);
    return null;
  }
}

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
  /** The text in the parts that it was put together from. */
  readonly pieces: readonly TextPiece[];
}

/** A part of a text that the file itself spells, or that a placeholder has put in. */
export interface TextPiece {
  readonly text: string;
  readonly inserted: boolean;
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
    const pieces: TextPiece[] = [];
    let isWhole = true;
    let endedAt = 0;
    for (const match of template.matchAll(PLACEHOLDER)) {
      const [whole, name, end = ''] = match;
      pieces.push({ text: template.slice(endedAt, match.index), inserted: false });
      endedAt = match.index + whole.length;
      const value = name === undefined ? '${' : this.#value(whole, { name, end }, spot);
      isWhole &&= value !== null;
      pieces.push({ text: value ?? '', inserted: name !== undefined });
    }
    pieces.push({ text: template.slice(endedAt), inserted: false });
    return isWhole ? joined(pieces) : null;
  }

  #value(placeholder: string, { name, end }: PlaceholderParts, spot: Spot): string | null {
    const path = FILE.exec(name)?.[1];
    if (end !== '' && path !== undefined) return this.#fileContent(placeholder, path, spot);
    if (end === '' || !VARIABLE.test(name)) return this.#malformed(spot);
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

interface PlaceholderParts {
  readonly name: string;
  /** Its closing brace; '' where it has none. */
  readonly end: string;
}

function joined(pieces: readonly TextPiece[]): SubstitutedText {
  return {
    text: pieces.map(({ text }) => text).join(''),
    substituted: pieces.some(({ inserted }) => inserted),
    pieces,
  };
}

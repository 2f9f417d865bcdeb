import { resolve } from 'node:path';
import type { ProblemLog, Spot } from './problem-log.js';
import { readTextFile } from './read-text-file.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Before a brace two dollar signs stand for one; an odd number of them begins a placeholder, as in Compose files. */
const PLACEHOLDER = /((?:\$\$)+)(?=\{)|((?:\$\$)*)\$\{([^{}]*)(\}?)/g;
/** A name, and behind `-` or `:-` what stands for a variable that is not set, or not set or empty. */
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?)-(.*))?$/s;
const FILE = /^file:(.+)$/s;
const FORMS =
  '${NAME} for an environment variable, ${NAME:-TEXT} with what stands for one that is not set or empty, ${file:PATH} for a file, $${ for a literal ${';

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
 * Replaces `${NAME}` by an environment variable, or its default `${NAME:-TEXT}`, and `${file:PATH}` by a file's
 * content, less one newline at its end. What is put in is taken as it is: no placeholder and no YAML in it is looked at.
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
      const [whole, escaped, before = '', name, end = ''] = match;
      const dollars = (escaped ?? before).slice(0, (escaped ?? before).length / 2);
      pieces.push({ text: template.slice(endedAt, match.index) + dollars, inserted: false });
      endedAt = match.index + whole.length;
      if (name === undefined) continue;
      const value = this.#value(whole.slice(before.length), { name, end }, spot);
      isWhole &&= value !== null;
      pieces.push({ text: value ?? '', inserted: true });
    }
    pieces.push({ text: template.slice(endedAt), inserted: false });
    return isWhole ? joined(pieces) : null;
  }

  #value(placeholder: string, { name, end }: PlaceholderParts, spot: Spot): string | null {
    const path = FILE.exec(name)?.[1];
    if (end !== '' && path !== undefined) return this.#fileContent(placeholder, path, spot);
    const variable = end === '' ? null : VARIABLE.exec(name);
    return variable === null ? this.#malformed(spot) : this.#variable(placeholder, variable, spot);
  }

  #variable(placeholder: string, [, name = '', colon, fallback]: RegExpExecArray, spot: Spot): string | null {
    // `hasOwn`: process.env inherits `constructor` and its like.
    const value = Object.hasOwn(this.env, name) ? this.env[name] : undefined;
    if (value !== undefined && (value !== '' || colon !== ':')) return value;
    if (fallback !== undefined) return fallback;
    this.problems.note(
      spot,
      `${placeholder}, which is not set`,
      'the name of a variable set in the environment, or a default behind it: ${NAME:-TEXT}',
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

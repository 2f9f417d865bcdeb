import { resolve } from 'node:path';
import { readTextFile } from './read-text-file.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Before a brace two dollar signs stand for one; an odd number of them begins a placeholder, as in Compose files. */
const PLACEHOLDER = /((?:\$\$)+)(?=\{)|((?:\$\$)*)\$\{([^{}]*)(\}?)/g;
/** A name, and after `-` or `:-` the default for a variable that is not set, or not set or empty. */
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?)-(.*))?$/s;
const FILE = /^file:(.+)$/s;
/** What is malformed is not shown: it may be a secret that contains a dollar sign and a brace. */
const MALFORMED =
  'not a placeholder; use ${NAME} for an environment variable, ${NAME:-TEXT} for one with a default, ${file:PATH} for the content of a file, $${ for a literal ${';

/** A text with its placeholders replaced; with faults, it is of no use. */
interface SubstitutedText {
  /** The parts that the text was put together from. */
  readonly pieces: readonly TextPiece[];
  /** One for each placeholder that cannot be replaced. */
  readonly faults: readonly string[];
}

/** A part of a text that the file itself spells, or that a placeholder has put in. */
export interface TextPiece {
  readonly text: string;
  readonly inserted: boolean;
}

/**
 * Replaces `${NAME}` by an environment variable, or its default `${NAME:-TEXT}`, and `${file:PATH}` by a file's
 * content, less one newline at its end. Placeholders and YAML in the inserted text have no effect.
 */
export class Substitution {
  constructor(
    private readonly env: Environment,
    /** What relative paths start from: the configuration file's folder. */
    private readonly folder: string,
    /** Called with each file that is named, before it is read. */
    private readonly onFile: (path: string) => void = () => undefined,
  ) {}

  apply(template: string): SubstitutedText {
    const pieces: TextPiece[] = [];
    const faults: string[] = [];
    let endedAt = 0;
    for (const match of template.matchAll(PLACEHOLDER)) {
      const [whole, escaped, before = '', name, end = ''] = match;
      const dollars = (escaped ?? before).slice(0, (escaped ?? before).length / 2);
      pieces.push({ text: template.slice(endedAt, match.index) + dollars, inserted: false });
      endedAt = match.index + whole.length;
      if (name === undefined) continue;
      const result = end === '' ? { fault: MALFORMED } : this.#replace(name);
      if ('fault' in result) faults.push(result.fault);
      else pieces.push({ text: result.text, inserted: true });
    }
    pieces.push({ text: template.slice(endedAt), inserted: false });
    return { pieces, faults };
  }

  #replace(name: string): Replacement {
    const [, path] = FILE.exec(name) ?? [];
    if (path !== undefined) return this.#fileContent(path);
    const variable = VARIABLE.exec(name);
    return variable === null ? { fault: MALFORMED } : this.#variable(variable);
  }

  #variable([, name = '', colon, fallback]: RegExpExecArray): Replacement {
    // `hasOwn`: process.env inherits `constructor` and its like.
    const value = Object.hasOwn(this.env, name) ? this.env[name] : undefined;
    if (value !== undefined && (value !== '' || colon !== ':')) return { text: value };
    if (fallback !== undefined) return { text: fallback };
    return {
      fault: `\${${name}} is not set; set this environment variable, or give a default: \${${name}:-TEXT}`,
    };
  }

  #fileContent(path: string): Replacement {
    const file = resolve(this.folder, path);
    this.onFile(file);
    const read = readTextFile(file);
    if (read.outcome === 'read') return { text: read.text.replace(/\r?\n$/, '') };
    return { fault: `\${file:${path}} ${read.fault}; name a readable file in UTF-8` };
  }
}

type Replacement = { readonly text: string } | { readonly fault: string };

import type { ProblemLog } from './problem-log.js';
import type { ScalarNode, YamlNode } from './yaml-tree.js';

export type JsonObject = Readonly<Record<string, unknown>>;
export type JsonSchema = boolean | JsonObject;

/** What a value of the file may be. Its check, its JSON Schema and its documentation are made from it. */
export interface Shape<T> {
  /** In words, for the reference page, and for messages in which it follows "use". */
  readonly allowed: string;
  readonly schema: JsonSchema;
  /** Undefined when the node is not of this shape; the problem has been noted then. */
  read(node: YamlNode, problems: ProblemLog): T | undefined;
}

export interface ScalarRules<T> {
  readonly allowed: string;
  /** For the value as the file spells it; placeholders are accepted in addition. */
  readonly schema: JsonObject;
  /** Undefined when the value is not allowed. */
  readonly parse: (scalar: ScalarNode) => T | undefined;
  /** True for values that are never shown; a function says which texts are not. */
  readonly secret?: boolean | ((text: string) => boolean);
  /** True for free text: words such as `true`, which YAML does not read as text, may be meant as text. */
  readonly isText?: boolean;
  /** Shows a text without the parts that may be secret. */
  readonly show?: (text: string) => string;
  /** The word that was probably meant; null when there is none. */
  readonly suggest?: (text: string) => string | null;
}

/** The definition in the JSON Schema of texts with a placeholder. */
const SUBSTITUTED_REF = '#/$defs/substituted';

/** A shape of single values. */
export function scalar<T>(rules: ScalarRules<T>): Shape<T> {
  return {
    allowed: rules.allowed,
    schema: { anyOf: [rules.schema, { $ref: SUBSTITUTED_REF }] },
    read: (node, problems) => {
      if (node.kind === 'lost') return undefined;
      const value = node.kind === 'scalar' && node.value !== null ? rules.parse(node) : undefined;
      if (value === undefined)
        problems.note(node, refuse(show(node, rules), rules.allowed) + hint(node, rules));
      return value;
    },
  };
}

/** Notes that a node is of the wrong kind. It does not show the value, which may be a misplaced secret. */
export function noteKind(node: YamlNode, allowed: string, problems: ProblemLog): void {
  if (node.kind !== 'lost') problems.note(node, refuse(describeKind(node), allowed));
}

/** `shown` is null for nothing; `allowed` follows the word "use". */
function refuse(shown: string | null, allowed: string): string {
  return `${shown === null ? 'no value' : `${shown} is not valid`}; use ${allowed}`;
}

function hint(node: YamlNode, { suggest, isText }: ScalarRules<unknown>): string {
  if (isText === true) return textHint(node);
  if (suggest === undefined || node.kind !== 'scalar' || node.substituted || node.multiline) return '';
  const guess = typeof node.value === 'string' ? suggest(node.value) : null;
  return guess === null ? '' : `; did you mean ${guess}?`;
}

function textHint(node: YamlNode): string {
  if (isWordOfYaml(node)) return '; put it in quotes if it is meant as a text';
  if (node.kind !== 'scalar' || !hasControlCharacter(String(node.value))) return '';
  const origin = node.substituted ? ' (perhaps its file ends in an empty line)' : '';
  return `, without line breaks or other control characters${origin}`;
}

/** No name or secret contains them. A file that ends in two newlines does, which is a mistake. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

/** True for texts that are never allowed, whatever their pattern. */
export function hasControlCharacter(text: string): boolean {
  return CONTROL_CHARACTER.test(text);
}

/** True for `true`, `null`, `~` and the like, but not for a missing value. */
function isWordOfYaml(node: YamlNode): boolean {
  if (node.kind !== 'scalar') return false;
  return typeof node.value === 'boolean' || (node.value === null && node.written !== '');
}

function show(node: YamlNode, rules: ScalarRules<unknown>): string | null {
  if (node.kind !== 'scalar' || node.value === null || node.value === '') return describeKind(node);
  if (node.substituted || isSecret(node.value, rules)) return hide(node.value);
  if (typeof node.value !== 'string') return cut(node.written);
  if (node.multiline) return 'a text over several lines';
  return JSON.stringify(cut(rules.show?.(node.value) ?? node.value));
}

function hide(value: string | number | boolean): string {
  return typeof value === 'string' ? '(hidden)' : `a ${typeof value}`;
}

function isSecret(value: unknown, { secret = false }: ScalarRules<unknown>): boolean {
  if (typeof secret === 'boolean') return secret;
  return typeof value !== 'string' || secret(value);
}

const LONGEST_SHOWN = 80;

function cut(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

function describeKind(node: YamlNode): string | null {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.kind !== 'scalar' || node.value === null) return null;
  if (node.value === '') return 'an empty text';
  return typeof node.value === 'string' ? 'a text' : `a ${typeof node.value}`;
}

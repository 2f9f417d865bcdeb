import type { ProblemLog } from './problem-log.js';
import type { ScalarNode, YamlNode } from './yaml-tree.js';

export type JsonObject = Readonly<Record<string, unknown>>;
export type JsonSchema = boolean | JsonObject;

/** What a value of the file may be: the one source of its check, its JSON Schema and its documentation. */
export interface Shape<T> {
  /** In words, for messages and for the reference page. */
  readonly allowed: string;
  readonly schema: JsonSchema;
  /** Undefined when the node is not of this shape; the problem has been noted then. */
  read(node: YamlNode, problems: ProblemLog): T | undefined;
}

export interface ScalarRules<T> {
  readonly allowed: string;
  /** Of the value as the file spells it; placeholders are let through besides. */
  readonly schema: JsonObject;
  /** Undefined when the value is not allowed. */
  readonly parse: (scalar: ScalarNode) => T | undefined;
  /** True for values that are never shown. */
  readonly secret?: boolean;
  /** True where any text may stand, so that a word that YAML reads as something else may be meant as one. */
  readonly isText?: boolean;
  /** How a text is shown where parts of it may be secret. */
  readonly show?: (text: string) => string;
  /** A likely intention, where one can be guessed. */
  readonly suggest?: (text: string) => string | null;
}

/** Where the schema keeps the pattern of texts with a placeholder. */
const SUBSTITUTED_REF = '#/$defs/substituted';

/** A shape of single values. */
export function scalar<T>(rules: ScalarRules<T>): Shape<T> {
  return {
    allowed: rules.allowed,
    schema: { anyOf: [rules.schema, { $ref: SUBSTITUTED_REF }] },
    read: (node, problems) => {
      if (node.kind === 'lost') return undefined;
      const value = node.kind === 'scalar' && node.value !== null ? rules.parse(node) : undefined;
      if (value === undefined) problems.note(node, found(node, rules), rules.allowed + hint(node, rules));
      return value;
    },
  };
}

function hint(node: YamlNode, { suggest, isText }: ScalarRules<unknown>): string {
  if (isText === true && isWordOfYaml(node)) return '; put it in quotes where it is meant as a text';
  if (suggest === undefined || node.kind !== 'scalar' || node.substituted || node.multiline) return '';
  const guess = typeof node.value === 'string' ? suggest(node.value) : null;
  return guess === null ? '' : `; did you mean ${guess}?`;
}

/** `true`, `null`, `~` and their like, but not a value that is left out. */
function isWordOfYaml(node: YamlNode): boolean {
  if (node.kind !== 'scalar') return false;
  return typeof node.value === 'boolean' || (node.value === null && node.written !== '');
}

function found(node: YamlNode, rules: ScalarRules<unknown>): string {
  if (node.kind !== 'scalar' || node.value === null) return describeKind(node);
  if (node.value === '') return 'an empty text';
  const isText = typeof node.value === 'string';
  if (rules.secret === true || node.substituted)
    return isText ? '(hidden)' : `(hidden), ${describeKind(node)}`;
  if (typeof node.value !== 'string') return `the ${typeof node.value} ${cut(node.written)}`;
  if (node.multiline) return 'a text over several lines';
  return JSON.stringify(cut(showText(node.value, rules)));
}

function showText(text: string, { show }: ScalarRules<unknown>): string {
  return show === undefined ? text : show(text);
}

const LONGEST_SHOWN = 80;

function cut(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** What kind of thing a node is. It says nothing of a value: it may stand where no secret is expected. */
export function describeKind(node: YamlNode): string {
  if (node.kind === 'map') return 'a map of keys';
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'lost' || node.value === null) return 'nothing';
  return typeof node.value === 'string' ? 'a text' : `a ${typeof node.value}`;
}

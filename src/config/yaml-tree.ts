import { LineCounter, isAlias, isMap, isScalar, isSeq, parseAllDocuments, visit } from 'yaml';
import type { Alias, Document, Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { START_OF_FILE } from './problem-log.js';
import type { Place, ProblemLog, Spot } from './problem-log.js';
import type { Substitution, TextPiece } from './substitution.js';

/** A YAML document for the check: aliases are followed, placeholders replaced, and every node has its spot. */
export type YamlNode = MapNode | ListNode | ScalarNode | AbsentNode | LostNode;

export interface MapNode extends Spot {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

interface MapEntry extends Spot {
  readonly key: string;
  readonly value: YamlNode;
}

export interface ListNode extends Spot {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export interface ScalarNode extends Spot {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The value as the file spells it: digits keep their leading zeros. */
  readonly written: string;
  /** True when a placeholder was replaced in it: it may be a secret then, and is never shown. */
  readonly substituted: boolean;
  /** The parts of a text, by origin; empty for other values. */
  readonly pieces: readonly TextPiece[];
  /** True when it spans lines. Without its colon, the next key and its secret become part of a value. */
  readonly multiline: boolean;
}

/** In the place of a key that is left out; its spot is that of the map. */
interface AbsentNode extends Spot {
  readonly kind: 'absent';
}

/** A value that could not be read; the reason has been noted. */
interface LostNode extends Spot {
  readonly kind: 'lost';
}

/** The value of a key; undefined when the node is no map or does not have the key. */
export function childOf(node: YamlNode, key: string): YamlNode | undefined {
  return node.kind === 'map' ? node.entries.find((entry) => entry.key === key)?.value : undefined;
}

/** The node that keys and positions lead to, one after the other; undefined when there is none. */
export function nodeAt(root: YamlNode, ...path: readonly (string | number)[]): YamlNode | undefined {
  let node: YamlNode | undefined = root;
  for (const step of path) {
    if (node === undefined) return undefined;
    if (typeof step === 'string') node = childOf(node, step);
    else node = node.kind === 'list' ? node.items[step] : undefined;
  }
  return node;
}

/** Reads the one document of a file. Problems are noted; null when nothing can be checked any further. */
export function parseYaml(text: string, substitution: Substitution, problems: ProblemLog): YamlNode | null {
  const lines = new LineCounter();
  const [document, second] = parseAllDocuments(text, { ...OPTIONS, lineCounter: lines });
  if (document === undefined || isEmpty(document)) {
    problems.note(START_OF_FILE, 'the file is empty; it needs at least the key sources');
    return null;
  }
  const faults = [document, ...(second === undefined ? [] : [second])].flatMap((each) => [
    ...each.errors,
    ...each.warnings,
  ]);
  for (const { pos, message } of faults.slice(0, MOST_SYNTAX_FAULTS)) {
    problems.note({ place: placeAt(lines, pos[0]), path: '' }, syntaxFault(message));
  }
  if (second !== undefined) {
    const place = placeAt(lines, second.range[0]);
    problems.note({ place, path: '' }, 'a second YAML document; use one document per file');
  }
  if (!problems.isEmpty || document.contents === null) return null;
  return new TreeBuilder(document, lines, { substitution, problems }).build();
}

const OPTIONS = {
  prettyErrors: false,
  stringKeys: true,
  // Found by the tree builder, which knows the field's path.
  uniqueKeys: false,
  schema: 'core',
  // No key takes values such as !!binary.
  resolveKnownTags: false,
} as const;

/** After one broken bracket, everything looks broken. */
const MOST_SYNTAX_FAULTS = 5;
/** The deepest key is four levels down. */
const DEEPEST = 64;
const MOST_ALIASED_NODES = 10_000;

function isEmpty(document: Document.Parsed): boolean {
  const { contents, errors, warnings } = document;
  return errors.length + warnings.length === 0 && isScalar(contents) && contents.source === '';
}

/** The messages of the parser end with the text in question, which may be part of a secret. */
function syntaxFault(message: string): string {
  return `not valid YAML 1.2 (${message.replace(/(?<=\w): .*$|(?<=escape sequence) .*$/s, '')})`;
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

class TreeBuilder {
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #document: Document.Parsed;
  #aliasDepth = 0;
  #aliasedNodes = 0;
  #stopped = false;

  constructor(
    document: Document.Parsed,
    private readonly lines: LineCounter,
    private readonly use: { readonly substitution: Substitution; readonly problems: ProblemLog },
  ) {
    this.#document = document;
    this.#targets = aliasTargets(document);
  }

  /** Null when the walk was stopped. */
  build(): YamlNode | null {
    const root = this.#node(this.#document.contents, START_OF_FILE, 0);
    return this.#stopped ? null : root;
  }

  /** `around` has the path of the node, and the place to use when the node is missing. */
  #node(node: Node | null, around: Spot, depth: number): YamlNode {
    const spot = {
      place: node?.range ? placeAt(this.lines, node.range[0]) : around.place,
      path: around.path,
    };
    if (this.#mustStop(spot, depth)) return { kind: 'lost', ...spot };
    if (isAlias(node)) return this.#aliased(node, spot, depth);
    if (isMap(node)) return this.#map(node, spot, depth);
    if (isSeq(node)) return this.#list(node, spot, depth);
    return this.#scalar(node, spot);
  }

  #map(map: YAMLMap, spot: Spot, depth: number): MapNode {
    const seen = new Set<string>();
    const entries = map.items.flatMap((pair) => {
      const entry = this.#entry(pair as Pair<Node, Node | null>, spot, depth);
      if (!seen.has(entry.key)) {
        seen.add(entry.key);
        return [entry];
      }
      this.use.problems.note(entry, 'repeated; use each key once');
      return [];
    });
    return { kind: 'map', ...spot, entries };
  }

  #entry({ key, value }: Pair<Node, Node | null>, around: Spot, depth: number): MapEntry {
    const name = isScalar(key) && typeof key.value === 'string' ? key.value : '';
    const place = key.range ? placeAt(this.lines, key.range[0]) : around.place;
    const spot = { place, path: joinPath(around.path, name) };
    return { key: name, ...spot, value: this.#node(value, spot, depth + 1) };
  }

  #list(list: YAMLSeq, spot: Spot, depth: number): ListNode {
    const items = list.items.map((item, index) =>
      this.#node(item as Node | null, { place: spot.place, path: `${spot.path}[${index}]` }, depth + 1),
    );
    return { kind: 'list', ...spot, items };
  }

  #scalar(scalar: Scalar | null, spot: Spot): ScalarNode | LostNode {
    const value = scalar?.value;
    const [start, end] = scalar?.range ?? [0, 0];
    const multiline = placeAt(this.lines, start).line !== placeAt(this.lines, end).line;
    const shared = { kind: 'scalar', ...spot, written: scalar?.source ?? '', multiline } as const;
    if (typeof value !== 'string') {
      const plain = typeof value === 'number' || typeof value === 'boolean' ? value : null;
      return { ...shared, value: plain, substituted: false, pieces: [] };
    }
    const pieces = this.#pieces(value, spot);
    if (pieces === null) return { kind: 'lost', ...spot };
    const substituted = pieces.some(({ inserted }) => inserted);
    return { ...shared, value: pieces.map(({ text }) => text).join(''), substituted, pieces };
  }

  /** Null when a placeholder cannot be replaced. */
  #pieces(text: string, spot: Spot): readonly TextPiece[] | null {
    const { pieces, faults } = this.use.substitution.apply(text);
    for (const fault of faults) this.use.problems.note(spot, fault);
    return faults.length === 0 ? pieces : null;
  }

  #aliased(alias: Alias, spot: Spot, depth: number): YamlNode {
    const target = this.#targets.get(alias);
    if (target === undefined) {
      this.use.problems.note(spot, 'no anchor of this name above; add it, or put the text in quotes');
      return { kind: 'lost', ...spot };
    }
    this.#aliasDepth++;
    const node = this.#node(target, spot, depth + 1);
    this.#aliasDepth--;
    return node;
  }

  /** Stops the walk when aliases make it endless: an alias inside its own anchor, or aliases of aliases. */
  #mustStop(spot: Spot, depth: number): boolean {
    if (this.#aliasDepth > 0) this.#aliasedNodes++;
    const tooMuch = depth > DEEPEST || this.#aliasedNodes > MOST_ALIASED_NODES;
    if (tooMuch && !this.#stopped) {
      this.#stopped = true;
      const limits = `${DEEPEST} levels and ${MOST_ALIASED_NODES} values from aliases`;
      const detail = `too much nesting or too many aliases; use at most ${limits}`;
      this.use.problems.note({ ...spot, path: spot.path.slice(0, 80) }, detail);
    }
    return this.#stopped;
  }
}

/** What each alias stands for: the last node before it that carries the anchor. */
function aliasTargets(document: Document.Parsed): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias: (_key, alias) => {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value: (_key, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/** Of an odd key, only the first word is shown: without its colon, a secret becomes part of the key. */
function joinPath(path: string, key: string): string {
  const firstWord = /^[^\s:="']{0,64}/.exec(key)?.[0] ?? '';
  if (!/^[\w-]+$/.test(key)) return `${path}["${firstWord}${firstWord === key ? '' : '…'}"]`;
  return path === '' ? key : `${path}.${key}`;
}

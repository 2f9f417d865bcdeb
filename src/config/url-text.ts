import type { TextPiece } from './substitution.js';
import type { ScalarNode } from './yaml-tree.js';

/**
 * The text of a URL in which what placeholders have put in is percent-encoded, so that it is taken as it is: a
 * password may hold any character, and nothing that was put in ends the part of the URL that it stands in. A URL
 * that begins with a placeholder is taken as a URL that is ready. Null for what is no text.
 */
export function urlText({ value, pieces }: ScalarNode): string | null {
  if (typeof value !== 'string') return null;
  const [first] = pieces.filter(({ text }) => text !== '');
  return first === undefined || first.inserted ? value : encodePieces(pieces);
}

type Part = 'login' | 'hosts' | 'path' | 'fragment';

/** Where the file itself spells the marks that divide a URL. */
const MARKS = /:\/\/|[@/?#]/g;

/** In a path a slash stays one; in a host no mark is allowed at all, so that it is refused afterwards. */
const ENCODE: Readonly<Record<Part, (text: string) => string>> = {
  login: encodeURIComponent,
  hosts: (text) => text.replace(/[%@/?#\\]/g, encodeURIComponent),
  path: (text) => text.replace(/[%?#\\\s]/g, encodeURIComponent),
  fragment: encodeURIComponent,
};

function encodePieces(pieces: readonly TextPiece[]): string {
  const parts = partsAt(pieces);
  return pieces
    .map(({ text, inserted }, index) =>
      inserted ? ENCODE[parts[index] ?? 'hosts'](text.toWellFormed()) : text,
    )
    .join('');
}

/** The part of the URL that each piece begins in, by the marks that the file itself spells. */
function partsAt(pieces: readonly TextPiece[]): Part[] {
  const parts: Part[] = [];
  let part: Part | 'scheme' = 'scheme';
  for (const { text, inserted } of pieces) {
    parts.push(part === 'scheme' ? 'hosts' : part);
    if (inserted) continue;
    for (const [mark] of text.matchAll(MARKS)) part = partAfter(part, mark);
  }
  return withLogin(pieces, parts);
}

function partAfter(part: Part | 'scheme', mark: string): Part | 'scheme' {
  if (part === 'scheme') return mark === '://' ? 'hosts' : part;
  if (mark === '#') return 'fragment';
  return part === 'hosts' && mark !== '@' ? 'path' : part;
}

/** All before the last at sign among the hosts is a login. */
function withLogin(pieces: readonly TextPiece[], parts: readonly Part[]): Part[] {
  const last = pieces.findLastIndex(
    ({ text, inserted }, index) =>
      !inserted && parts[index] === 'hosts' && /^[^/?#]*@|:\/\/[^/?#]*@/.test(text),
  );
  return parts.map((part, index) => (index < last ? 'login' : part));
}

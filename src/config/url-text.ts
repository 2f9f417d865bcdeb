import type { TextPiece } from './substitution.js';
import type { ScalarNode } from './yaml-tree.js';

/**
 * The text of a URL, with the content of placeholders percent-encoded. So a password may contain any character, and no
 * content of a placeholder changes the structure of the URL. Where a placeholder begins the URL, its content is used as
 * it is. Null for anything but a text.
 */
export function urlText({ value, pieces }: ScalarNode): string | null {
  if (typeof value !== 'string') return null;
  const [first] = pieces.filter(({ text }) => text !== '');
  return first === undefined || first.inserted ? value : encodePieces(pieces);
}

type Part = 'login' | 'hosts' | 'path' | 'fragment';

/** The marks that divide a URL. Only those that the file itself spells count. */
const MARKS = /:\/\/|[@/?#]/g;

/** In a path, slashes are kept. In a host, no mark is allowed: the encoded mark makes the host invalid. */
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

/** The part of the URL in which each piece begins. */
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

/** Everything before the last at sign in the hosts is the login. */
function withLogin(pieces: readonly TextPiece[], parts: readonly Part[]): Part[] {
  const last = pieces.findLastIndex(
    ({ text, inserted }, index) =>
      !inserted && parts[index] === 'hosts' && /^[^/?#]*@|:\/\/[^/?#]*@/.test(text),
  );
  return parts.map((part, index) => (index < last ? 'login' : part));
}

/** A name with a dot: a single word may be a user name, and its port a password, where the host was forgotten. */
const SURELY_HOST = /^(localhost|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)(:\d{1,5})?(\/\d{0,4})?$/;

/** False only for texts in which there can be no login: without its at sign, a password looks like a host. */
export function mayHaveLogin(text: string): boolean {
  const hosts = text.replace(/^[a-z0-9-]+:\/\//, '').split(',');
  return !hosts.every((host) => SURELY_HOST.test(host));
}

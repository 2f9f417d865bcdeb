import { closeSync, openSync, readSync } from 'node:fs';

/** Far above any configuration or secret; a device or a log named by mistake must not fill the memory. */
const LARGEST_FILE_BYTES = 4 * 1024 * 1024;

/** A file's text, or what was found in its place (a phrase, with the text's readable part where it has one). */
export type ReadText =
  | { readonly outcome: 'read'; readonly text: string }
  | { readonly outcome: 'failed'; readonly found: string; readonly readable: string | null };

/** Reads a UTF-8 file (a byte order mark is dropped). It never throws. */
export function readTextFile(path: string): ReadText {
  try {
    return decode(readBytes(path));
  } catch (error) {
    return failed(describeFault(error));
  }
}

function describeFault(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return FAULTS[code] ?? `a file that cannot be read (${code})`;
}

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'a file that this process may not read',
  EPERM: 'a file that this process may not read',
};

/** Read in pieces, not by size: secrets may be pipes, whose size is told as 0. */
function readBytes(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    let total = 0;
    while (total <= LARGEST_FILE_BYTES) {
      const piece = Buffer.alloc(64 * 1024);
      const length = readSync(file, piece);
      if (length === 0) break;
      pieces.push(piece.subarray(0, length));
      total += length;
    }
    return Buffer.concat(pieces);
  } finally {
    closeSync(file);
  }
}

function decode(bytes: Buffer): ReadText {
  if (bytes.length > LARGEST_FILE_BYTES) return failed(`a file of more than ${LARGEST_FILE_BYTES} bytes`);
  try {
    return { outcome: 'read', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    // The decoder does not say where; the lossy one shows it by its first replacement character.
    const lossy = bytes.toString('utf8');
    return failed('bytes that are not UTF-8', lossy.slice(0, lossy.indexOf('\uFFFD')));
  }
}

function failed(found: string, readable: string | null = null): ReadText {
  return { outcome: 'failed', found, readable };
}

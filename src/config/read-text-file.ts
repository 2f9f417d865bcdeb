import { closeSync, openSync, readSync } from 'node:fs';

/** Far larger than any configuration or secret. A device or log named by mistake must not fill the memory. */
const LARGEST_FILE_BYTES = 4 * 1024 * 1024;

/** The text of a file; or what is wrong with the file, and the text before the first byte that is not UTF-8. */
export type ReadText =
  | { readonly outcome: 'read'; readonly text: string }
  | { readonly outcome: 'failed'; readonly fault: string; readonly readable: string | null };

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
  return FAULTS[code] ?? `cannot be read (${code})`;
}

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by this process',
  EPERM: 'may not be read by this process',
};

/** Reads in pieces, not by size: a secret may be a pipe, whose size is 0. */
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
  if (bytes.length > LARGEST_FILE_BYTES) return failed(`is larger than ${LARGEST_FILE_BYTES} bytes`);
  try {
    return { outcome: 'read', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    // The decoder does not say where. Lenient decoding shows it by the first replacement character.
    const lossy = bytes.toString('utf8');
    return failed('is not UTF-8', lossy.slice(0, lossy.indexOf('\uFFFD')));
  }
}

function failed(fault: string, readable: string | null = null): ReadText {
  return { outcome: 'failed', fault, readable };
}

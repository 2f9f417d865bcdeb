import { fnv1a } from '@/model/hash.js';
import type { TaskRow } from '@/model/task.js';
import { yieldToEventLoop } from '@/scheduling/cooperative.js';

/** Rows that follow one another in an entry. */
export type Chunk = readonly TaskRow[];

const FEWEST_ROWS = 16;
/** One id in so many ends a chunk. */
const ENDING_IDS = 48;
const MOST_ROWS = 256;

/**
 * Cuts rows into chunks of about 64. Where a chunk ends depends on the ids in it alone (content-defined chunking), so
 * a row that comes, goes or changes leaves the chunks before and after its own as they are. Does not hold the event loop.
 */
export async function intoChunks(rows: readonly TaskRow[]): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  let start = 0;
  for (const [index, row] of rows.entries()) {
    const isLast = index + 1 === rows.length;
    if (!isLast && !endsChunk(row, index + 1 - start)) continue;
    chunks.push(rows.slice(start, index + 1));
    start = index + 1;
    await yieldToEventLoop();
  }
  return chunks;
}

function endsChunk({ task }: TaskRow, length: number): boolean {
  return length >= MOST_ROWS || (length >= FEWEST_ROWS && hashOf(task.id) % ENDING_IDS === 0);
}

/** All rows of the chunks, in their order. Does not hold the event loop. */
export async function rowsOf(chunks: readonly Chunk[]): Promise<TaskRow[]> {
  const rows: TaskRow[] = [];
  for (const chunk of chunks) {
    for (const row of chunk) rows.push(row);
    await yieldToEventLoop();
  }
  return rows;
}

/** A hash of the text, its halves folded into the low bits. */
function hashOf(text: string): number {
  const hash = fnv1a(text);
  return (hash ^ (hash >>> 16)) >>> 0;
}

import type { Steps } from '@/scheduling/cooperative.js';
import { applyEdit, type Edit } from './edit.js';

/** 53 bits of a hash of the text: two tasks of a million have the same one with a probability of 1 to 18,000. */
export function idHash(id: string): number {
  let [low, high] = [0x811c9dc5, 0x9747b28c];
  for (let index = 0; index < id.length; index += 1) {
    const unit = id.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 13;
  }
  low ^= low >>> 16;
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

/** The hashes of the ids of a feed's tasks. */
export function idHashColumn(edit: Edit, before: Float64Array | null): Steps<Float64Array> {
  const columns = { before: before ?? new Float64Array(), after: new Float64Array(edit.rows.length) };
  return applyEdit(edit, columns, ({ task }) => idHash(task.id));
}

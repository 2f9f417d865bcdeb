import { LRUCache } from 'lru-cache';
import type { CollectionAnswer } from '@/model/collection.js';
import type { Representation } from './answer-writer.js';
import type { Completeness } from './completeness.js';

/** An answer as it is sent, but for the headers that tell its age. */
export interface ReadyAnswer extends Representation {
  readonly completeness: Completeness;
  readonly link: string;
}

const MOST_BYTES = 16 * 2 ** 20;
const MOST_BYTES_ASKED_ONCE = 2 ** 20;

/**
 * Answers as they were sent: the same question over the same snapshots has the same answer, byte for byte. An answer is
 * kept from the second time on that it is asked for, so the pages of a walk, asked for once, do not fill the memory.
 */
export class AnswerCache {
  readonly #askedOnce = new LRUCache<string, true>({
    maxSize: MOST_BYTES_ASKED_ONCE,
    sizeCalculation: (_, key) => key.length,
  });
  readonly #answers = new LRUCache<string, ReadyAnswer>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ body, link }, key) => body.length + link.length + key.length,
  });

  readonly #making = new Map<string, Promise<ReadyAnswer>>();

  /** The answer remembered for a URL and an answer's state, else the one `make` gives; made once for all who wait. */
  recall(
    url: string,
    answer: CollectionAnswer,
    make: () => Promise<ReadyAnswer>,
  ): ReadyAnswer | Promise<ReadyAnswer> {
    const key = `${url} ${stateOf(answer)}`;
    return this.#answers.get(key) ?? this.#making.get(key) ?? this.#make(key, make);
  }

  #make(key: string, make: () => Promise<ReadyAnswer>): Promise<ReadyAnswer> {
    const making = make()
      .then((ready) => {
        if (this.#askedOnce.has(key)) this.#answers.set(key, ready);
        else this.#askedOnce.set(key, true);
        return ready;
      })
      .finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    return making;
  }
}

/** Names the snapshots and problems that an answer is made from. */
function stateOf({ feeds }: CollectionAnswer): string {
  let state = '';
  for (const { feed, snapshot, problem } of feeds) {
    state += snapshot === null ? `${feed};` : `${snapshot.revision};`;
    if (problem !== null)
      state += `${problem.state},${problem.reason ?? ''},${problem.lastSuccessTimeMs ?? ''};`;
  }
  return state;
}

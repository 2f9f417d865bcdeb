import { LRUCache } from 'lru-cache';
import type { CollectionAnswer } from '@/model/collection.js';
import type { Completeness } from '@/answers/completeness.js';
import type { Representation } from '@/answers/answer-writer.js';

/** A page as it was answered. */
export interface AnsweredPage extends Representation {
  readonly completeness: Completeness;
  readonly link: string;
}

const MOST_BYTES = 16 * 2 ** 20;
const MOST_BYTES_ASKED_ONCE = 2 ** 20;

/**
 * Pages as they were answered: the same question over the same snapshots has the same answer, byte for byte. A page is
 * kept from the second time on that it is asked for, so the pages of a walk, asked for once, do not fill the memory.
 */
export class PageCache {
  readonly #askedOnce = new LRUCache<string, true>({
    maxSize: MOST_BYTES_ASKED_ONCE,
    sizeCalculation: (_, key) => key.length,
  });
  readonly #pages = new LRUCache<string, AnsweredPage>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ body, link }, key) => body.length + link.length + key.length,
  });

  readonly #making = new Map<string, Promise<AnsweredPage>>();

  /** The page remembered for a URL and an answer's state, else the one `make` gives; made once for all who wait. */
  recall(
    url: string,
    answer: CollectionAnswer,
    make: () => Promise<AnsweredPage>,
  ): AnsweredPage | Promise<AnsweredPage> {
    const key = `${url} ${stateOf(answer)}`;
    return this.#pages.get(key) ?? this.#making.get(key) ?? this.#make(key, make);
  }

  #make(key: string, make: () => Promise<AnsweredPage>): Promise<AnsweredPage> {
    const making = make()
      .then((page) => {
        if (this.#askedOnce.has(key)) this.#pages.set(key, page);
        else this.#askedOnce.set(key, true);
        return page;
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

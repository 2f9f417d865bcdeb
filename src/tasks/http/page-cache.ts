import { LRUCache } from 'lru-cache';
import type { CollectionAnswer } from '@/model/collection.js';
import type { Completeness } from '../completeness.js';
import type { Representation } from './render.js';

/** A page as it was answered. */
export interface AnsweredPage extends Representation {
  readonly completeness: Completeness;
  readonly link: string;
}

const LARGEST_BYTES = 64 * 1024 * 1024;

/**
 * Pages as they were answered: the same question over the same snapshots has the same answer, byte for byte.
 */
export class PageCache {
  readonly #pages = new LRUCache<string, AnsweredPage>({
    maxSize: LARGEST_BYTES,
    sizeCalculation: ({ body, link }, key) => body.length + link.length + key.length,
  });

  /** The page remembered for a URL and an answer's state, else the one `make` gives. */
  recall(url: string, answer: CollectionAnswer, make: () => AnsweredPage): AnsweredPage {
    const key = `${url} ${stateOf(answer)}`;
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = make();
      this.#pages.set(key, page);
    }
    return page;
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

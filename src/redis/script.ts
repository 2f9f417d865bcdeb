import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Commands } from './redis-link.js';

type Value = string | number | Buffer;

/** A script that Redis runs as one step. Its text is sent only where Redis does not know it yet. */
export class Script {
  readonly #digest: string;

  constructor(private readonly text: string) {
    this.#digest = createHash('sha1').update(text).digest('hex');
  }

  /** Texts in the answer are strings. All keys belong to one slot. Throws what Redis throws. */
  run(redis: Commands, keys: readonly Value[], args: readonly Value[]): Promise<unknown> {
    const given = [keys.length, ...keys, ...args];
    return this.#known(
      () => clientOf(redis).call('evalsha', this.#digest, ...given),
      () => clientOf(redis).call('eval', this.text, ...given),
    );
  }

  /** The same, with texts in the answer as buffers. */
  runForBuffers(redis: Commands, keys: readonly Value[], args: readonly Value[]): Promise<unknown> {
    const given = [keys.length, ...keys, ...args];
    return this.#known(
      () => clientOf(redis).callBuffer('evalsha', this.#digest, ...given),
      () => clientOf(redis).callBuffer('eval', this.text, ...given),
    );
  }

  async #known(byDigest: () => Promise<unknown>, byText: () => Promise<unknown>): Promise<unknown> {
    try {
      return await byDigest();
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return byText();
    }
  }
}

/** A Cluster has the same methods; the types of their overloads cannot be joined. */
function clientOf(redis: Commands): Redis {
  return redis as Redis;
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

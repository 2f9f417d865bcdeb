import { ask } from '../support/http.js';
import type { Replica } from '../support/replica.js';

/** The replicas that a balancer sends requests to: those that say they are ready. */
export class Rotation {
  /** Changes as replicas stop being ready. */
  readonly urls: string[];
  #timer: NodeJS.Timeout;

  constructor(replicas: readonly Replica[], everyMs: number) {
    this.urls = replicas.map(({ url }) => url);
    this.#timer = setInterval(() => {
      for (const url of this.urls) void this.#probe(url);
    }, everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #probe(url: string): Promise<void> {
    const isReady = await ask(`${url}/health/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (!isReady && this.urls.includes(url)) this.urls.splice(this.urls.indexOf(url), 1);
  }
}

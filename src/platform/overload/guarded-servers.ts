import { createServer, type RequestListener, type Server } from 'node:http';
import type { Admission } from './admission.js';
import type { Refusals } from './refusals.js';
import type { Sheds } from './sheds.js';

/** What those who run the gateway ask is answered whatever the load. */
const NEVER_SHED: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

export interface GuardTools {
  readonly admission: Pick<Admission, 'judge' | 'enter' | 'leave'>;
  readonly refusals: Refusals;
  readonly sheds: Sheds;
}

/** Makes the HTTP servers of a gateway. What there is no time for is refused before anything else sees it. */
export class GuardedServers {
  #tools: GuardTools | null = null;

  /** To be called before the servers listen. */
  equip(tools: GuardTools): void {
    this.#tools = tools;
  }

  get #equipment(): GuardTools {
    if (this.#tools === null) throw new Error('a guarded server listens before it is equipped');
    return this.#tools;
  }

  readonly #leave = (): void => {
    this.#equipment.admission.leave();
  };

  /** A server with Fastify's settings for it. */
  readonly create = (handle: RequestListener, settings: Readonly<Record<string, unknown>>): Server => {
    const { keepAliveTimeout, requestTimeout } = settings as {
      keepAliveTimeout: number;
      requestTimeout: number;
    };
    return createServer({ keepAliveTimeout, requestTimeout }, (request, response) => {
      const { admission, sheds, refusals } = this.#equipment;
      const cause = admission.judge();
      if (cause !== null && !NEVER_SHED.has(pathOf(request.url))) {
        sheds.count(cause);
        refusals.send(request, response);
        return;
      }
      admission.enter();
      response.once('close', this.#leave);
      handle(request, response);
    });
  };
}

function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}

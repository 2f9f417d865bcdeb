import { createServer, type RequestListener, type Server } from 'node:http';
import { Admission } from './admission.js';
import type { Refusals } from './refusals.js';
import type { Sheds } from './sheds.js';

/** What those who run the gateway ask is answered whatever the load. */
const NEVER_SHED: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

interface GuardTools {
  readonly refusals: Refusals;
  readonly sheds: Sheds;
}

type Gate = Pick<Admission, 'judge' | 'enter' | 'leave'>;

/** Makes the HTTP servers of a gateway. What there is no time for is refused before anything else sees it. */
export class GuardedServers {
  #tools: GuardTools | null = null;

  constructor(private readonly admission: Gate = new Admission()) {}

  /** To be called before the servers listen. */
  equip(tools: GuardTools): void {
    this.#tools = tools;
  }

  /** A server with Fastify's settings for it. */
  readonly create = (handle: RequestListener, settings: Readonly<Record<string, unknown>>): Server => {
    const { admission } = this;
    const leave = (): void => {
      admission.leave();
    };
    const { keepAliveTimeout, requestTimeout } = settings as {
      keepAliveTimeout: number;
      requestTimeout: number;
    };
    return createServer({ keepAliveTimeout, requestTimeout }, (request, response) => {
      const cause = admission.judge();
      if (cause !== null && this.#tools !== null && !NEVER_SHED.has(pathOf(request.url))) {
        this.#tools.sheds.count(cause);
        this.#tools.refusals.send(request, response);
        return;
      }
      admission.enter();
      response.once('close', leave);
      handle(request, response);
    });
  };
}

function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}

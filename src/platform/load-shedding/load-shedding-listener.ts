import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Drain } from '../stopping/drain.js';
import type { LoadShedder } from './load-shedder.js';
import type { OverloadedAnswer } from './overloaded-answer.js';
import type { ShedCounter } from './shed-counter.js';

/** Operators and their probes are answered whatever the load, and never wait or count. */
const EXEMPT_PATHS: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

/** Answers requests of an HTTP server. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface LoadSheddingOptions {
  readonly shedder: Pick<LoadShedder, 'add'>;
  readonly counter: ShedCounter;
  readonly overloaded: OverloadedAnswer;
  readonly drain: Pick<Drain, 'hasBegun'>;
}

/** Puts load shedding in front of a listener: a shed request gets a 503 problem with `Retry-After` and costs little. */
export function loadSheddingListener(
  listener: Listener,
  { shedder, counter, overloaded, drain }: LoadSheddingOptions,
): Listener {
  return (request, response) => {
    if (EXEMPT_PATHS.has(pathOf(request.url))) {
      listener(request, response);
      return;
    }
    shedder.add({
      response,
      serve: () => {
        listener(request, response);
      },
      shed: (cause) => {
        counter.count(cause);
        overloaded.send(request, response, { closesConnection: drain.hasBegun });
      },
    });
  };
}

function pathOf(url = ''): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

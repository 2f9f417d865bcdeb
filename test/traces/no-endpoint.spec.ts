import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INVALID_SPAN_CONTEXT, trace, type Tracer } from '@opentelemetry/api';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';

/** Counts the spans that anything in this process starts. */
class CountingTracer implements Tracer {
  readonly started: string[] = [];

  startSpan(name: string): ReturnType<Tracer['startSpan']> {
    this.started.push(name);
    return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
  }

  startActiveSpan(): never {
    throw new Error('nothing here starts spans in this way');
  }
}

let simulator: Simulator;
let gateway: RunningGateway;
let tracer: CountingTracer;
beforeEach(async () => {
  tracer = new CountingTracer();
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  simulator = await startSimulator({ life: { rate: 0 } });
  gateway = await startGateway(simulator);
});
afterEach(async () => {
  await gateway.stop();
  await simulator.stop();
  trace.disable();
});

describe('a gateway without an endpoint', () => {
  it('starts no span for a request, and none at all for an answer that waits for nothing', async () => {
    await ask(`${gateway.url}/v1/tasks`);
    const [cold] = [tracer.started.splice(0)];
    expect(new Set(cold)).toEqual(new Set(['read feed', 'GET', 'POST']));
    for (let count = 0; count < 3; count++) {
      expect((await ask(`${gateway.url}/v1/tasks`)).headers.get('cache-status')).toMatch(/; hit/);
    }
    expect(tracer.started).toEqual([]);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../support/gateway.js';
import type { Answer } from '../support/http.js';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { until } from '../support/redis.js';
import { sendingTo, spanOf, TracedGateway } from '../support/traced-gateway.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

let simulator: Simulator;
let receiver: OtlpReceiver;
let gateway: TracedGateway;

async function begin(env: Record<string, string> = {}): Promise<void> {
  simulator = await startSimulator({ life: { rate: 0 } });
  receiver = await OtlpReceiver.start();
  gateway = new TracedGateway(simulator, sendingTo(receiver, env));
  await gateway.process.url();
}

async function end(): Promise<void> {
  await gateway.stop();
  await Promise.all([simulator.stop(), receiver.stop()]);
}

const isRequest = ({ kind }: ReceivedSpan): boolean => kind === 'SERVER';
const isRead = ({ name }: ReceivedSpan): boolean => name === 'read feed';

/** Asks under a request id, and waits for the span of the request. */
async function trace(
  path: string,
  id: string,
  headers: Record<string, string> = {},
): Promise<{ readonly answer: Answer; readonly span: ReceivedSpan }> {
  const answer = await gateway.ask(path, { 'x-request-id': id, 'cache-control': 'no-cache', ...headers });
  const isIts = (span: ReceivedSpan): boolean =>
    isRequest(span) && span.attributes['tributary.request_id'] === id;
  return { answer, span: await spanOf(receiver, isIts) };
}

/** The span of a request that waits, of its wait, and of the reads that it waits for. */
async function traceWait(
  path: string,
  id: string,
): Promise<Record<'request' | 'wait', ReceivedSpan> & { readonly reads: ReceivedSpan[] }> {
  const { span: request } = await trace(path, id);
  const wait = await spanOf(
    receiver,
    ({ name, parentSpanId }) => name === 'wait for feeds' && parentSpanId === request.spanId,
  );
  return { request, wait, reads: await linkedFrom(wait) };
}

/** The spans that another links to, as soon as all have come. */
async function linkedFrom({ links }: ReceivedSpan): Promise<ReceivedSpan[]> {
  const ids = new Set(links.map(({ spanId }) => spanId));
  const linked = (): ReceivedSpan[] => receiver.spans.filter(({ spanId }) => ids.has(spanId));
  await until(() => linked().length === ids.size);
  return linked();
}

/** Calls end before the read that they are made for. */
function callsOf(read: ReceivedSpan | undefined): ReceivedSpan[] {
  return receiver.spans.filter(
    ({ kind, parentSpanId }) => kind === 'CLIENT' && parentSpanId === read?.spanId,
  );
}

function logged(requestId: string): Record<string, unknown> | undefined {
  return gateway.log.find((line) => line.requestId === requestId);
}

describe('while the upstreams are well', () => {
  beforeAll(() => begin());
  afterAll(end);

  it('a request has a span with the attributes of the conventions, and none of its query', async () => {
    const { span } = await trace('/v1/tasks?resourceName=customer-4711', 'attributes');
    const { port } = new URL(await gateway.process.url());
    expect(span).toMatchObject({ name: 'GET /v1/tasks', kind: 'SERVER', parentSpanId: null, isError: false });
    expect(span.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/v1/tasks',
      'http.response.status_code': 200,
      'url.path': '/v1/tasks',
      'url.scheme': 'http',
      'server.address': '127.0.0.1',
      'server.port': Number(port),
      'client.address': '127.0.0.1',
      'network.protocol.version': '1.1',
      'tributary.request_id': 'attributes',
    });
    expect(receiver.resource).toMatchObject({ 'service.name': 'tributary' });
    expect(receiver.requests[0]?.path).toBe('/v1/traces');
  });

  it('a span is named after the route and not the path, and after the method where there is no route', async () => {
    const { span: known } = await trace('/v1/sources/server-backups', 'known');
    expect(known.name).toBe('GET /v1/sources/:source');
    expect(known.attributes['url.path']).toBe('/v1/sources/server-backups');
    const { span: unknown } = await trace('/v1/nothing', 'unknown');
    expect(unknown).toMatchObject({ name: 'GET', isError: false });
    expect(unknown.attributes['http.response.status_code']).toBe(404);
    expect(unknown.attributes).not.toHaveProperty('http.route');
  });

  it('a request continues the trace of its caller, as that has sampled it', async () => {
    const traceparent = (flags: string): Record<string, string> => ({
      traceparent: `00-${TRACE}-${PARENT}-${flags}`,
    });
    await gateway.ask('/v1/sources', { 'x-request-id': 'not-sampled', ...traceparent('00') });
    const { span } = await trace('/v1/sources', 'sampled', traceparent('01'));
    expect(span).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
    const ids = receiver.spans.map(({ attributes }) => attributes['tributary.request_id']);
    expect(ids).not.toContain('not-sampled');
    expect(logged('not-sampled')).toMatchObject({ trace_id: TRACE, trace_flags: '00' });
    expect(logged('sampled')).toMatchObject({
      ...{ msg: 'answered', trace_id: TRACE, span_id: span.spanId, trace_flags: '01' },
    });
  });

  it.each(['nonsense', `00-${'0'.repeat(32)}-${PARENT}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`])(
    'a request begins a trace where its traceparent is %s',
    async (traceparent) => {
      const { span } = await trace('/v1/sources', `invalid-${traceparent}`, { traceparent });
      expect(span.parentSpanId).toBeNull();
      expect(span.traceId).not.toBe(TRACE);
    },
  );

  it('a health check has no span', async () => {
    await gateway.ask('/health/live', { 'x-request-id': 'health' });
    await trace('/v1/sources', 'after-health');
    const paths = receiver.spans.map(({ attributes }) => attributes['url.path']);
    expect(paths).toContain('/v1/sources');
    expect(paths).not.toContain('/health/live');
  });

  it('a read belongs to the trace of the request that begins it, and the wait of the request links to it', async () => {
    const before = simulator.calls.count('cbr');
    const { request, wait, reads } = await traceWait('/v1/tasks?source=server-backups', 'waits');
    const [read] = reads;
    expect(wait).toMatchObject({ traceId: request.traceId, kind: 'INTERNAL' });
    expect(wait.attributes).toEqual({ 'tributary.feeds.awaited': 1, 'tributary.feeds.missing': 0 });
    expect(read).toMatchObject({
      ...{ name: 'read feed', traceId: request.traceId, parentSpanId: request.spanId },
      ...{ links: [], isError: false },
    });
    expect(read?.attributes).toEqual({
      'tributary.source': 'server-backups',
      'tributary.provider': 'huawei-cbr',
      'tributary.feed': 'sources/server-backups/feeds/operation-logs',
      'tributary.read.outcome': 'READ',
      'tributary.read.rows': simulator.fleet.cbr.size,
      'tributary.read.calls': simulator.calls.count('cbr') - before,
    });
  });

  it('a read that requests share is linked with all of them', async () => {
    for (const name of ['css', 'cbr', 'cce', 'ocp'] as const) simulator.settings[name].latencyMs = 300;
    const waits = await Promise.all(
      ['first', 'second'].map((id) => traceWait('/v1/tasks?source=kubernetes&source=oceanbase', id)),
    );
    for (const name of ['css', 'cbr', 'cce', 'ocp'] as const) simulator.settings[name].latencyMs = 0;
    const [one, other] = waits.map(({ reads }) => reads.map(({ spanId }) => spanId).sort());
    expect(one?.length).toBeGreaterThan(1);
    expect(other).toEqual(one);
    const requests = waits.map(({ request }) => request);
    for (const read of waits[0]?.reads ?? []) {
      // One has begun it, and the other has joined.
      const begun = requests.filter(({ spanId }) => spanId === read.parentSpanId);
      const joined = requests.filter(({ spanId }) => read.links.some((link) => link.spanId === spanId));
      expect([...begun, ...joined].map(({ spanId }) => spanId).sort()).toEqual(
        requests.map(({ spanId }) => spanId).sort(),
      );
    }
  });

  it('an upstream is told of the trace and of the span of its call', async () => {
    const { reads } = await traceWait('/v1/tasks?source=server-backups', 'told');
    const [read] = reads;
    const told = simulator.calls.entries.map(({ headers }) => headers.traceparent);
    const calls = callsOf(read);
    expect(calls.length).toBeGreaterThan(0);
    for (const { traceId, spanId } of calls) expect(told).toContain(`00-${traceId}-${spanId}-01`);
  });

  it('a request that finds everything there has no child', async () => {
    await trace('/v1/tasks', 'cold');
    const { span } = await trace('/v1/tasks', 'warm', { 'cache-control': 'max-stale' });
    await trace('/v1/tasks', 'after-warm');
    expect(receiver.spans.filter(({ parentSpanId }) => parentSpanId === span.spanId)).toEqual([]);
  });

  it('an upstream call is a child of the read that it is made for', async () => {
    const { reads } = await traceWait('/v1/tasks?source=server-backups', 'calls');
    const [read] = reads;
    const [call, ...others] = callsOf(read);
    const { port } = new URL(simulator.urls.cbr);
    expect(others).toHaveLength(Number(read?.attributes['tributary.read.calls']) - 1);
    expect(call).toMatchObject({ name: 'GET', traceId: read?.traceId, isError: false });
    expect(call?.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.full': `${simulator.urls.cbr}/v3/04f1829c788037ac2fb8c01eb2b04b95/operation-logs`,
      'server.address': '127.0.0.1',
      'server.port': Number(port),
    });
  });

  it('a log-in is a child of the read that needs it', async () => {
    const isLogIn = ({ attributes }: ReceivedSpan): boolean =>
      attributes['url.full'] === `${simulator.urls.iam}/v3/auth/tokens`;
    const call = await spanOf(receiver, isLogIn);
    const read = await spanOf(receiver, ({ spanId }) => spanId === call.parentSpanId);
    expect(call).toMatchObject({ name: 'POST', kind: 'CLIENT' });
    expect(read.attributes['tributary.source']).toBe('server-backups');
  });

  it('a line of the log that is about no request and no read names no trace', async () => {
    expect(JSON.parse(await gateway.process.logged('listening'))).not.toHaveProperty('trace_id');
  });
});

describe('where an upstream fails', () => {
  beforeEach(() => begin());
  afterEach(end);

  it('a request that gets a 503 is an error', async () => {
    for (const name of ['css', 'cbr', 'cce', 'ocp'] as const) await simulator.setFault(name, 'forbidden');
    const { span } = await trace('/v1/tasks', 'a-request');
    expect(span.isError).toBe(true);
    expect(span.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' });
  });

  it('the read and its calls are errors, the request tells how many feeds are missing, a retry is counted', async () => {
    await simulator.setFault('cce', 'gateway-timeout');
    const { request, wait, reads } = await traceWait(
      '/v1/tasks?source=kubernetes&source=oceanbase',
      'a-request',
    );
    const read = reads.find(({ isError }) => isError);
    expect(read?.attributes).toMatchObject({
      ...{
        'tributary.source': 'kubernetes',
        'tributary.read.outcome': 'FAILED',
        'error.type': 'UPSTREAM_ERROR',
      },
    });
    expect(wait.attributes['tributary.feeds.missing']).toBeGreaterThan(0);
    expect(request.isError).toBe(false);
    const calls = callsOf(read);
    expect(calls.length).toBeGreaterThan(1);
    for (const { isError, attributes } of calls) {
      expect(isError).toBe(true);
      expect(attributes).toMatchObject({ 'http.response.status_code': 504, 'error.type': '504' });
    }
    const resends = calls.map(({ attributes }) => attributes['http.request.resend_count'] ?? 0);
    expect(resends).toEqual(calls.map((_, index) => index));
  });

  it('a call that gets no answer names its cause, and the log names the trace of the read', async () => {
    await simulator.setFault('cbr', 'refuse');
    const { reads } = await traceWait('/v1/tasks?source=server-backups', 'a-request');
    const [read] = reads;
    const [call] = callsOf(read).slice(-1);
    expect(call).toMatchObject({ isError: true, attributes: { 'error.type': 'REFUSED' } });
    expect(call?.attributes).not.toHaveProperty('http.response.status_code');
    const line = gateway.log.find(({ msg }) => msg === 'a feed cannot be read');
    expect(line).toMatchObject({ trace_id: read?.traceId, span_id: read?.spanId });
  });
});

describe('the sampler', () => {
  beforeEach(() => begin({ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }));
  afterEach(end);

  it('takes the reads that a sampled request begins, and none that others begin', async () => {
    await gateway.ask('/v1/tasks?source=kubernetes', { 'x-request-id': 'not-sampled' });
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    const { span } = await trace('/v1/tasks?source=server-backups', 'sampled', { traceparent });
    const read = await spanOf(receiver, isRead);
    expect(read.attributes['tributary.source']).toBe('server-backups');
    expect(read).toMatchObject({ traceId: TRACE, parentSpanId: span.spanId });
    expect(receiver.spans.filter(isRead)).toHaveLength(1);
    expect(receiver.spans.filter(isRequest)).toHaveLength(1);
    expect(logged('not-sampled')).toBeDefined();
    expect(logged('not-sampled')).not.toHaveProperty('trace_id');
  });
});

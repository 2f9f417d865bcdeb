import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../support/gateway.js';
import { OtlpReceiver, type ReceivedRequest } from '../support/otlp-receiver.js';
import { until } from '../support/redis.js';
import { secretsOf } from '../support/leaks.js';
import { KEY, sendingTo, spanOf, TracedGateway } from '../support/traced-gateway.js';

/** So long that nothing is sent before the stop. */
const NEVER = { OTEL_BSP_SCHEDULE_DELAY: '2000000000' };

let simulator: Simulator;
let receiver: OtlpReceiver;
let gateways: TracedGateway[];
beforeEach(async () => {
  simulator = await startSimulator({ life: { rate: 0 } });
  receiver = await OtlpReceiver.start();
  gateways = [];
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await Promise.all([simulator.stop(), receiver.stop()]);
});

function start(env: Record<string, string>): TracedGateway {
  const gateway = new TracedGateway(simulator, env);
  gateways.push(gateway);
  return gateway;
}

function textOf(requests: readonly ReceivedRequest[]): string {
  return requests
    .map(({ body, headers }) => `${body.toString('latin1')} ${JSON.stringify(headers)}`)
    .join('\n');
}

describe('what is sent', () => {
  it('is OTLP as protobuf, with the headers asked for, and holds no secret, no query and no upstream text', async () => {
    await simulator.setFault('cce', 'error-500');
    const gateway = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/otlp`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=backups',
      OTEL_BSP_SCHEDULE_DELAY: '20',
      OTEL_SERVICE_NAME: 'backup-gateway',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    await gateway.ask('/v1/tasks?resourceName=customer-4711');
    await gateway.ask('/v1/tasks', { 'x-api-key': 'trib_not-a-key-of-anybody' });
    const told = ['GET /v1/tasks', 'wait for feeds', 'read feed', 'server-backups', 'UPSTREAM_ERROR'];
    const named = [...told, 'backup-gateway', 'deployment.environment.name'];
    await until(() => named.every((each) => textOf(receiver.requests).includes(each)));
    const [first] = receiver.requests;
    expect(first?.path).toBe('/otlp/v1/traces');
    expect(first?.headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'x-tenant': 'backups' });
    const sent = textOf(receiver.requests);
    const secrets = [...secretsOf(simulator), KEY, 'trib_', 'customer-4711', 'resourceName', 'start_time'];
    // Where the upstreams are is what spans of calls tell.
    const places = new Set(Object.values(simulator.urls).map((url) => new URL(url).host));
    expect(secrets.filter((secret) => !places.has(secret) && sent.includes(secret))).toEqual([]);
  });
});

describe('a receiver', () => {
  it.each([
    { what: 'refuses', manner: 'refuse', timeoutMs: '10000', cause: '400' },
    { what: 'does not answer', manner: 'hang', timeoutMs: '50', cause: 'Request timed out' },
  ] as const)('that $what costs no answer, and one line of the log', async ({ manner, timeoutMs, cause }) => {
    receiver.manner = manner;
    const gateway = start(sendingTo(receiver, { OTEL_EXPORTER_OTLP_TIMEOUT: timeoutMs }));
    for (let count = 0; count < 5; count++) {
      const answer = await gateway.ask('/v1/tasks');
      expect(answer.status).toBe(200);
      const before = receiver.requests.length;
      await until(() => receiver.requests.length > before);
    }
    const lost = (): Record<string, unknown>[] =>
      gateway.log.filter(({ msg }) => String(msg).startsWith('traces are lost'));
    await until(() => lost().length > 0);
    expect(lost()).toHaveLength(1);
    expect(lost()[0]).toMatchObject({ level: 'warn', cause });
  });

  it('that ends connections costs no answer either, and the gateway still stops while it tries again', async () => {
    receiver.manner = 'reset';
    const gateway = start(sendingTo(receiver));
    expect((await gateway.ask('/v1/tasks')).status).toBe(200);
    await until(() => receiver.requests.length > 0);
    expect((await gateway.ask('/v1/tasks')).status).toBe(200);
    gateway.process.signal('SIGTERM');
    expect(await gateway.process.ended).toBe(0);
  });
});

describe('a stop', () => {
  it('sends the spans that have not been sent', async () => {
    const gateway = start(sendingTo(receiver, NEVER));
    await gateway.ask('/v1/sources');
    expect(receiver.requests).toEqual([]);
    gateway.process.signal('SIGTERM');
    expect(await gateway.process.ended).toBe(0);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['GET /v1/sources']);
  });

  it('does not wait for a receiver that hangs', async () => {
    receiver.manner = 'hang';
    const gateway = start(sendingTo(receiver, { ...NEVER, OTEL_EXPORTER_OTLP_TIMEOUT: '600000' }));
    await gateway.ask('/v1/sources');
    gateway.process.signal('SIGINT');
    expect(await gateway.process.ended).toBe(0);
    expect(receiver.requests).toHaveLength(1);
  });
});

/** Writes the address of each module that a process loads to its standard error. */
const TELL_MODULES = `--import=data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module';
   registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) });`,
)}`;

describe('without an endpoint', () => {
  const sdkIn = ({ process: { stderr } }: TracedGateway): string[] =>
    stderr
      .split('\n')
      .filter((url) => /@opentelemetry\/(?!api\/|context-async-hooks\/)|platform\/tracing\/sdk/.test(url));

  it('nothing of the SDK is loaded', async () => {
    const gateway = start({ NODE_OPTIONS: TELL_MODULES });
    expect((await gateway.ask('/v1/tasks')).status).toBe(200);
    expect(sdkIn(gateway)).toEqual([]);
    expect(gateway.process.stderr).toContain('/fastify/');
    for (const line of gateway.log) expect(line).not.toHaveProperty('trace_id');
  });

  it('the SDK is loaded before the gateway where there is one', async () => {
    const gateway = start({ NODE_OPTIONS: TELL_MODULES, ...sendingTo(receiver) });
    await gateway.ask('/v1/sources');
    await spanOf(receiver, ({ name }) => name === 'GET /v1/sources');
    for (const name of ['sdk-trace', 'exporter-trace-otlp-http']) {
      expect(sdkIn(gateway).join()).toContain(`@opentelemetry/${name}/`);
    }
  });
});

describe('a variable that is not valid', () => {
  it('is told, and the gateway serves without traces or by the default', async () => {
    const gateway = start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317', OTEL_TRACES_SAMPLER: 'some' });
    expect((await gateway.ask('/v1/tasks')).status).toBe(200);
    const told = gateway.log.filter(({ field }) => field === 'OTEL_EXPORTER_OTLP_ENDPOINT');
    expect(told).toHaveLength(1);
    expect(told[0]?.msg).toMatch(/is not an http:\/\/ or https:\/\/ address, so nothing is traced/);
  });
});

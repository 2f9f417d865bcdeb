import { describe, expect, it } from 'vitest';
import { tracingSettings, type ExportSettings } from './tracing-settings.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

const USUAL: ExportSettings = {
  receiver: 'http://collector:4318',
  protocol: 'http/protobuf',
  sampler: 'parentbased_always_on',
  share: 1,
  batches: {},
};

const NO_HEADER =
  /^OTEL_EXPORTER_OTLP_(TRACES_)?HEADERS has a part that is not a header as name=value, so that the receiver may refuse all traces; use name=value,name=value$/;

describe('settings of traces', () => {
  it('are the defaults of the specification where only an endpoint is named', () => {
    expect(tracingSettings(ENDPOINT)).toEqual({ export: USUAL, faults: [] });
  });

  it.each<[Record<string, string>, Partial<ExportSettings>]>([
    [{ OTEL_TRACES_SAMPLER: 'traceidratio' }, { sampler: 'traceidratio' }],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off ' }, { sampler: 'parentbased_always_off', share: 0 }],
    [
      { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' },
      { sampler: 'parentbased_traceidratio', share: 0.01 },
    ],
    [{ OTEL_TRACES_SAMPLER_ARG: '0.01' }, {}],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, { protocol: 'http/json' }],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' },
      { protocol: 'http/json' },
    ],
    [
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://user:secret@other:443/traces?key=secret' },
      { receiver: 'https://other' },
    ],
    [
      { OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_BSP_MAX_QUEUE_SIZE: '64' },
      { batches: { scheduledDelayMillis: 100, maxQueueSize: 64 } },
    ],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20eA==, x-tenant = a,' }, {}],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: '500', OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'gzip' }, {}],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'team=storage,note=a%3Db%2Cc,empty=' }, {}],
    [{ OTEL_SERVICE_NAME: 'backups', OTEL_SDK_DISABLED: 'false', OTEL_TRACES_EXPORTER: 'otlp' }, {}],
  ])('of %j are taken', (env, changes) => {
    expect(tracingSettings({ ...ENDPOINT, ...env })).toEqual({
      export: { ...USUAL, ...changes },
      faults: [],
    });
  });

  it.each<Record<string, string>>([
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
    { OTEL_TRACES_SAMPLER: 'always_on' },
    { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' },
    { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' },
  ])('of %j send nothing', (env) => {
    expect(tracingSettings(env)).toEqual({ export: null, faults: [] });
  });

  it.each(['collector:4317', 'collector', 'grpc://collector:4317', '/var/run/collector.sock'])(
    'whose endpoint is %s send nothing, and tell why',
    (endpoint) => {
      const { export: settings, faults } = tracingSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
      expect(settings).toBeNull();
      expect(faults).toEqual([
        {
          field: 'OTEL_EXPORTER_OTLP_ENDPOINT',
          detail:
            'OTEL_EXPORTER_OTLP_ENDPOINT is not an http:// or https:// address, so nothing is traced; use one such as http://collector:4318',
        },
      ]);
    },
  );

  it.each([
    ['OTEL_TRACES_SAMPLER', 'sometimes', /so parentbased_always_on is used; use one of always_on, /],
    ['OTEL_TRACES_SAMPLER_ARG', '2', /is not a number from 0 to 1, so the default is used$/],
    ['OTEL_TRACES_SAMPLER_ARG', 'half', /is not a number from 0 to 1/],
    [
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'grpc',
      /so http\/protobuf is used; use one of http\/protobuf, http\/json$/,
    ],
    ['OTEL_TRACES_EXPORTER', 'zipkin', /so otlp is used/],
    ['OTEL_PROPAGATORS', 'b3', /so tracecontext is used/],
    ['OTEL_BSP_SCHEDULE_DELAY', '-1', /is not a number from 0 on, so the default is used$/],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '0', /is not a number from 1 on, so the default is used$/],
    ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '0', /is not a number from 1 on/],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s', /is not a number from 1 on/],
    ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', '0', /is not a number from 1 on/],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd', /so none is used; use one of none, gzip$/],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'foo bar', NO_HEADER],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'foo bar=secret', NO_HEADER],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=b,key=line%0Afeed', NO_HEADER],
    ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'key=100%', NO_HEADER],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a,b=c', /is not name=value,name=value, so none of it is used; write /],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=b=c', /so none of it is used/],
  ])('of which %s is %s use its default, and tell so without the value', (field, value, detail) => {
    const { export: settings, faults } = tracingSettings({ ...ENDPOINT, [field]: value });
    expect(settings).toEqual(USUAL);
    expect(faults).toEqual([{ field, detail: expect.stringMatching(detail) }]);
  });
});

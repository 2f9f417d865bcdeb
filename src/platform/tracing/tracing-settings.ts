/** Where spans are sent, and which of them. */
export interface ExportSettings {
  /** Scheme, host and port of the receiver, for the log. */
  readonly receiver: string;
  readonly protocol: OtlpProtocol;
  readonly sampler: SamplerName;
  /** The share of traces that the samplers with a ratio take, from 0 to 1. */
  readonly ratio: number;
  readonly batches: Readonly<Partial<Record<BatchSetting, number>>>;
}

/** A variable that is not taken as it is, and what to do about it. */
export interface SettingFault {
  readonly field: string;
  readonly detail: string;
}

export interface TracingSettings {
  /** null: nothing is traced. */
  readonly export: ExportSettings | null;
  readonly faults: readonly SettingFault[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;
export type OtlpProtocol = (typeof PROTOCOLS)[number];

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type SamplerName = (typeof SAMPLERS)[number];

const BATCH_SETTINGS = {
  scheduledDelayMillis: 'OTEL_BSP_SCHEDULE_DELAY',
  exportTimeoutMillis: 'OTEL_BSP_EXPORT_TIMEOUT',
  maxQueueSize: 'OTEL_BSP_MAX_QUEUE_SIZE',
  maxExportBatchSize: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
} as const;
export type BatchSetting = keyof typeof BATCH_SETTINGS;

/**
 * What the OTEL_ variables ask for, by the names and defaults of OpenTelemetry's specification. As it demands, a value that
 * is not valid is a fault to tell, and the default takes its place. The exporter reads its other variables by itself.
 */
export function tracingSettings(env: Environment): TracingSettings {
  const reader = new VariableReader(env);
  const receiver = isTurnedOff(reader) ? null : receiverOf(reader);
  const settings = receiver === null ? null : { receiver, ...exportSettings(reader) };
  return { export: settings, faults: reader.faults };
}

function isTurnedOff(reader: VariableReader): boolean {
  return (
    reader.text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' ||
    reader.text('OTEL_TRACES_EXPORTER') === 'none'
  );
}

function receiverOf(reader: VariableReader): string | null {
  const field = reader.firstSet('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (field === null) return null;
  const text = reader.text(field) ?? '';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  reader.fault(
    field,
    'is not an http:// or https:// address, so nothing is traced; use one such as http://collector:4318',
  );
  return null;
}

function exportSettings(reader: VariableReader): Omit<ExportSettings, 'receiver'> {
  const protocol = reader.firstSet('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL');
  reader.oneOf('OTEL_TRACES_EXPORTER', ['otlp', 'none'], 'otlp');
  reader.oneOf('OTEL_PROPAGATORS', ['tracecontext', 'tracecontext,baggage'], 'tracecontext');
  const batches = Object.entries(BATCH_SETTINGS).flatMap(([name, field]) => {
    const value = reader.number(field, Infinity);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    protocol: reader.oneOf(protocol ?? '', PROTOCOLS, 'http/protobuf'),
    sampler: reader.oneOf('OTEL_TRACES_SAMPLER', SAMPLERS, 'parentbased_always_on'),
    ratio: reader.number('OTEL_TRACES_SAMPLER_ARG', 1) ?? 1,
    batches: Object.fromEntries(batches),
  };
}

/** Reads variables, and collects what is wrong with them. */
class VariableReader {
  readonly faults: SettingFault[] = [];

  constructor(private readonly env: Environment) {}

  /** An empty variable counts as absent. */
  text(field: string): string | null {
    const value = this.env[field]?.trim() ?? '';
    return value === '' ? null : value;
  }

  firstSet(...fields: readonly string[]): string | null {
    return fields.find((field) => this.text(field) !== null) ?? null;
  }

  oneOf<T extends string>(field: string, known: readonly T[], usual: T): T {
    const value = this.text(field);
    const found = known.find((each) => each === value);
    if (value !== null && found === undefined) {
      this.fault(field, `has a value that is not known, so ${usual} is used; use one of ${known.join(', ')}`);
    }
    return found ?? usual;
  }

  number(field: string, most: number): number | null {
    const text = this.text(field);
    if (text === null) return null;
    const value = Number(text);
    if (value >= 0 && value <= most) return value;
    this.fault(
      field,
      `is not a number from 0${most === Infinity ? ' on' : ` to ${most}`}, so the default is used`,
    );
    return null;
  }

  fault(field: string, detail: string): void {
    this.faults.push({ field, detail: `${field} ${detail}` });
  }
}

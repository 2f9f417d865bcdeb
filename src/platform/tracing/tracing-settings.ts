/** Where spans are sent, and which of them. */
export interface ExportSettings {
  /** Scheme, host and port of the receiver, for the log. */
  readonly receiver: string;
  readonly protocol: OtlpProtocol;
  readonly sampler: SamplerName;
  /** How many of the traces that begin here are sampled, from 0 to 1. */
  readonly share: number;
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

/** The share that each takes; null: the one that OTEL_TRACES_SAMPLER_ARG names. */
const SAMPLERS = {
  always_on: 1,
  always_off: 0,
  traceidratio: null,
  parentbased_always_on: 1,
  parentbased_always_off: 0,
  parentbased_traceidratio: null,
} as const;
type SamplerName = keyof typeof SAMPLERS;

const COMPRESSIONS = ['none', 'gzip'] as const;

const BATCH_SETTINGS = {
  scheduledDelayMillis: 'OTEL_BSP_SCHEDULE_DELAY',
  exportTimeoutMillis: 'OTEL_BSP_EXPORT_TIMEOUT',
  maxQueueSize: 'OTEL_BSP_MAX_QUEUE_SIZE',
  maxExportBatchSize: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
} as const;
type BatchSetting = keyof typeof BATCH_SETTINGS;

/** How a part of name=value,name=value is split, and what its name and value are once they are percent-decoded. */
interface PairRule {
  readonly pair: RegExp;
  readonly name: RegExp;
  readonly value: RegExp;
}

/** What Node sends. */
const HEADER: PairRule = {
  pair: /^([^=]+)=(.+)$/s,
  name: /^[\w!#$%&'*+.^`|~-]+$/,
  value: /^[\t -~\x80-\xff]+$/,
};
/** What the SDK takes. */
const ATTRIBUTE: PairRule = { pair: /^([^=]+)=([^=]*)$/s, name: /^.{1,255}$/s, value: /^.{0,255}$/s };

/**
 * What the OTEL_ variables ask for, by the names and defaults of OpenTelemetry's specification. As it demands, a value that
 * is not valid is a fault to tell, and the default takes its place. The exporter reads its own variables by itself: they are
 * only checked.
 */
export function tracingSettings(env: Environment): TracingSettings {
  const reader = new VariableReader(env);
  const receiver = isTurnedOff(reader) ? null : receiverOf(reader);
  if (receiver === null) return { export: null, faults: reader.faults };
  const settings = { receiver, ...exportSettings(reader) };
  checkOthers(reader);
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
    const value = reader.number(field, { least: field.endsWith('_SIZE') ? 1 : 0 });
    return value === null ? [] : [[name, value] as const];
  });
  const samplers = Object.keys(SAMPLERS) as SamplerName[];
  const sampler = reader.oneOf('OTEL_TRACES_SAMPLER', samplers, 'parentbased_always_on');
  const ratio = reader.number('OTEL_TRACES_SAMPLER_ARG', { least: 0, most: 1 }) ?? 1;
  return {
    protocol: reader.oneOf(protocol ?? '', PROTOCOLS, 'http/protobuf'),
    sampler,
    share: SAMPLERS[sampler] ?? ratio,
    batches: Object.fromEntries(batches),
  };
}

/** What the SDK reads by itself, and would ignore or fail by without a word. */
function checkOthers(reader: VariableReader): void {
  for (const prefix of ['OTEL_EXPORTER_OTLP', 'OTEL_EXPORTER_OTLP_TRACES']) {
    reader.number(`${prefix}_TIMEOUT`, { least: 1 });
    reader.oneOf(`${prefix}_COMPRESSION`, COMPRESSIONS, 'none');
    reader.pairs(
      `${prefix}_HEADERS`,
      HEADER,
      'has a part that is not a header as name=value, so that the receiver may refuse all traces; use name=value,name=value',
    );
  }
  reader.pairs(
    'OTEL_RESOURCE_ATTRIBUTES',
    ATTRIBUTE,
    'is not name=value,name=value, so none of it is used; write , and = in a value as %2C and %3D',
  );
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

  number(field: string, { least, most = Infinity }: { least: number; most?: number }): number | null {
    const text = this.text(field);
    if (text === null) return null;
    const value = Number(text);
    if (value >= least && value <= most) return value;
    this.fault(
      field,
      `is not a number from ${least}${most === Infinity ? ' on' : ` to ${most}`}, so the default is used`,
    );
    return null;
  }

  /** Checks percent-encoded name=value,name=value. A fault tells nothing of the value, which may be a secret. */
  pairs(field: string, rule: PairRule, detail: string): void {
    const parts = (this.text(field) ?? '').split(',').filter((part) => part.trim() !== '');
    if (!parts.every((part) => isPair(part, rule))) this.fault(field, detail);
  }

  fault(field: string, detail: string): void {
    this.faults.push({ field, detail: `${field} ${detail}` });
  }
}

function isPair(part: string, rule: PairRule): boolean {
  const [, name = '', value = ''] = rule.pair.exec(part) ?? [];
  try {
    return (
      rule.name.test(decodeURIComponent(name.trim())) && rule.value.test(decodeURIComponent(value.trim()))
    );
  } catch {
    return false;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../logging/logger.js';
import type { TracingSettings } from './tracing-settings.js';

/** Spans that are recorded and sent. */
export interface Tracing {
  /** How many of the requests that begin a trace are sampled, from 0 to 1. */
  readonly requestShare: number;
  /** Sends what is not sent yet, but waits no longer than this. Never rejects. */
  stop(withinMs: number): Promise<void>;
}

/**
 * Begins to record spans and to send them where the settings name a receiver; else nothing of the SDK is loaded, and the
 * API's own no-op tracer stays. To be called before the gateway is made. Never rejects: a gateway answers without traces.
 */
export async function startTracing(settings: TracingSettings, log: Log): Promise<Tracing | null> {
  for (const { field, detail } of settings.faults) log.warn({ field }, detail);
  if (settings.export === null) return null;
  const { receiver, sampler, share } = settings.export;
  try {
    const { startSdk } = await import('./sdk.js');
    const { shutdown } = startSdk(settings.export, log);
    log.info({ receiver, sampler }, 'sending traces');
    return {
      requestShare: share,
      stop: (withinMs) => Promise.race([shutdown(), sleep(withinMs, undefined, { ref: false })]),
    };
  } catch (err) {
    log.error({ err }, 'nothing is traced: OpenTelemetry could not be started');
    return null;
  }
}

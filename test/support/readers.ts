import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CLOCK } from '@/model/clock.js';
import { feedName, type Feed } from '@/model/feed.js';
import { PROVIDERS, type Provider, type ReadContext, type SourceReader } from '@/model/provider.js';
import { SharedLockouts } from '@/model/shared-lockout.js';
import type { SourceConfig } from '@/model/source.js';
import { ProvidersModule } from '@/providers/providers.module.js';
import { clockOf } from './clock.js';
import { configFor, type Simulator } from './gateway.js';

/** The real providers with the real clients, and nothing of the gateway around them. */
export interface Readers {
  /** Connects a source anew, by the provider that it names. */
  readonly open: (source: SourceConfig) => SourceReader;
  /** Closes all connections. */
  readonly close: () => Promise<void>;
}

@Module({})
class GatewayOptions {}

/** Builds the providers on a clock. What they learn of credentials is kept until `close`, and in `lockouts`. */
export async function startReaders(
  clock: () => number = Date.now,
  lockouts: SharedLockouts | null = null,
): Promise<Readers> {
  const options = {
    module: GatewayOptions,
    global: true,
    providers: [
      { provide: CLOCK, useValue: clockOf(clock) },
      { provide: SharedLockouts, useValue: lockouts },
    ],
    exports: [CLOCK, SharedLockouts],
  };
  const app = await Test.createTestingModule({ imports: [options, ProvidersModule] }).compile();
  const providers = app.get<readonly Provider[]>(PROVIDERS);
  return {
    open: (source) => {
      const provider = providers.find(({ settings }) => settings.id === source.provider);
      if (provider === undefined) throw new Error(`no provider ${source.provider}`);
      return provider.connect(source);
    },
    close: () => app.close(),
  };
}

/** The demo's source of a provider, pointed at a running simulator, with its defaults from the configuration. */
export function sourceOf(
  simulator: Pick<Simulator, 'urls'>,
  provider: string,
  changes: Partial<SourceConfig> = {},
): SourceConfig {
  const source = configFor(simulator).sources.find((candidate) => candidate.provider === provider);
  if (source === undefined) throw new Error(`no source of ${provider} in the demo configuration`);
  return { ...source, ...changes };
}

/** A feed of a source by its key, as a listing tells it. */
export function feedOf(source: SourceConfig, key: string, clusterName: string | null = null): Feed {
  const cluster = key === 'operation-logs' ? null : { id: key, name: clusterName };
  return { name: feedName(source.id, key), provider: source.provider, source: source.id, key, cluster };
}

/** What accompanies a read that nothing stops. */
export function readContext(changes: Partial<ReadContext> = {}): ReadContext {
  const signal = new AbortController().signal;
  return { signal, onCall: () => undefined, previous: null, ...changes };
}

import { Inject, Injectable, Module } from '@nestjs/common';
import { CLOCK, type Clock } from '@/model/clock.js';
import type { Provider, SourceReader } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { settle } from '@/upstream/upstream-error.js';
import { UpstreamClients } from '@/upstream/upstream-client.js';
import { UpstreamModule } from '@/upstream/upstream.module.js';
import { protocol } from './wire.js';
import { listFeeds, readFeed } from './read-feed.js';
import { readVaults } from './read-vaults.js';
import { removedResources } from './removed-resources.js';
import { description, settings } from './settings.js';
import { vaultOf } from './vault-of.js';

/** The operation logs of Huawei Cloud CBR: what ran on the vaults of a project. */
@Injectable()
export class HuaweiCbrProvider implements Provider {
  readonly settings = settings;
  readonly description = description;
  readonly removedResources = removedResources;
  readonly vaultOf = vaultOf;

  constructor(
    private readonly clients: UpstreamClients,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  connect(source: SourceConfig): SourceReader {
    const connection = {
      client: this.clients.open(source, protocol),
      source,
      clock: () => this.clock.wallMs(),
    };
    return {
      knownFeeds: listFeeds(source).feeds,
      listFeeds: () => Promise.resolve(listFeeds(source)),
      readFeed: (feed, context) => settle(() => readFeed(connection, feed, context)),
      inventory: { key: 'vaults', read: (context) => settle(() => readVaults(connection, context)) },
    };
  }
}

@Module({ imports: [UpstreamModule], providers: [HuaweiCbrProvider], exports: [HuaweiCbrProvider] })
export class HuaweiCbrModule {
  static readonly provider = HuaweiCbrProvider;
}

import { Injectable, Module } from '@nestjs/common';
import type { Provider, SourceReader } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { settle } from '@/upstream/upstream-error.js';
import { UpstreamClients } from '@/upstream/upstream-client.js';
import { UpstreamModule } from '@/upstream/upstream.module.js';
import { CLUSTER_TYPE } from './normalise.js';
import { protocol } from './wire.js';
import { listFeeds, readFeed } from './read-feed.js';
import { readTenants } from './read-tenants.js';
import { description, settings } from './settings.js';

/** Log backups of OceanBase clusters, as the OceanBase Cloud Platform (OCP) lists them. */
@Injectable()
export class OceanbaseOcpProvider implements Provider {
  readonly settings = settings;
  readonly description = description;

  constructor(private readonly clients: UpstreamClients) {}

  connect(source: SourceConfig): SourceReader {
    const connection = { client: this.clients.open(source, protocol), source };
    return {
      clusterType: CLUSTER_TYPE,
      listFeeds: (context) => settle(() => listFeeds(connection, context)),
      readFeed: (feed, context) => settle(() => readFeed(connection, feed, context)),
      inventory: { key: 'tenants', read: (context) => settle(() => readTenants(connection, context)) },
    };
  }
}

@Module({ imports: [UpstreamModule], providers: [OceanbaseOcpProvider], exports: [OceanbaseOcpProvider] })
export class OceanbaseOcpModule {
  static readonly provider = OceanbaseOcpProvider;
}

import { createHash } from 'node:crypto';
import { allFeedsName, type Feed } from '@/model/feed.js';
import type { Credentials, SourceConfig } from '@/model/source.js';

/**
 * The name of a feed in the store. It tells apart what differently configured gateways would read under the
 * same name: what is in a feed depends on the endpoint, the project, who asks, and how much is read.
 */
export function storeNameOfFeed(feed: Feed, source: SourceConfig): string {
  return `${feed.name}@${digest([...origin(source), feed.cluster])}`;
}

/** The name of a source's list of feeds in the store; which clusters are listed depends on `discovery` as well. */
export function storeNameOfList(source: SourceConfig): string {
  return `${allFeedsName(source.id)}@${digest([...origin(source), source.discovery])}`;
}

function origin(source: SourceConfig): unknown[] {
  const { provider, endpoint, region, projectId, enterpriseProjectId, windowMs, maxTasksPerFeed } = source;
  const who = identityOf(source.credentials);
  return [provider, endpoint, region, projectId, enterpriseProjectId, windowMs, maxTasksPerFeed, who];
}

/** Who asks, without the secret, so that a renewed password or token finds what was kept before. */
function identityOf(credentials: Credentials): readonly string[] {
  switch (credentials.type) {
    case 'aksk':
      return [credentials.accessKey];
    case 'token':
      return [];
    case 'password':
      return [credentials.domain, credentials.username];
    case 'basic':
      return [credentials.username];
  }
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

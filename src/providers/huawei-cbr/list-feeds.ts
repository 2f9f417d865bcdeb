import { feedName } from '@/model/feed.js';
import type { ListedFeeds } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';

const KEY = 'operation-logs';

/** A project has one operation log. */
export function listFeeds({ id, provider }: SourceConfig): ListedFeeds {
  const feed = { name: feedName(id, KEY), provider, source: id, key: KEY, cluster: null };
  return { outcome: 'listed', feeds: [feed], truncation: null };
}

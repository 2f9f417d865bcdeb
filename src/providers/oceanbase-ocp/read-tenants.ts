import type { Feed } from '@/model/feed.js';
import type { ReadContext, ReadInventory } from '@/model/provider.js';
import { pathSegment } from '@/upstream/call-target.js';
import { findMembers, mostMembers, type MemberRow } from '@/upstream/paging/member-list.js';
import { walkPages, type WalkedList } from '@/upstream/paging/page-walk.js';
import { TENANT_TYPE } from './normalise.js';
import { idOf, listFeeds, pageReader, type Connection } from './read-feed.js';

/** Reads the tenants of all clusters that have a feed, each once. Throws `UpstreamError`. */
export async function readTenants(connection: Connection, context: ReadContext): Promise<ReadInventory> {
  const { source } = connection;
  const { feeds, truncation } = await listFeeds(connection, context);
  // Of a tenant that several clusters list, the last one counts: that of the cluster with the lowest key, each time.
  const clusters = feeds.toSorted((a, b) => (a.key < b.key ? 1 : -1));
  const rows: MemberRow[] = [];
  let isCut = truncation === 'LIMIT';
  for (let start = 0; start < clusters.length; start += source.concurrency) {
    const some = clusters.slice(start, start + source.concurrency);
    const lists = await Promise.all(some.map((feed) => tenantsOf(connection, feed, context)));
    for (const [index, list] of lists.entries()) {
      const cluster = some[index]?.cluster ?? null;
      for (const row of list.rows) rows.push({ row, cluster });
      isCut ||= list.truncated;
    }
  }
  const read = await findMembers(
    { rows, truncated: isCut },
    {
      // The `tenantId` of its log backups (`obTenantId` is another id).
      read: (row) => ({ type: TENANT_TYPE, id: row.id('id'), name: row.text('name') }),
      most: mostMembers(source),
      signal: context.signal,
    },
  );
  return { ...read, truncation: read.truncation ?? truncation };
}

function tenantsOf(
  { client, source }: Connection,
  { key }: Feed,
  context: ReadContext,
): Promise<WalkedList<unknown>> {
  return walkPages({
    readPage: pageReader(client, `/api/v2/ob/clusters/${pathSegment(key)}/tenants`, context),
    identify: (row) => JSON.stringify(idOf(row) ?? [row]),
    maxRows: mostMembers(source),
    signal: context.signal,
  });
}

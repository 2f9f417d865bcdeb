import type { ReadContext, ReadInventory } from '@/model/provider.js';
import { runCooperatively } from '@/scheduling/cooperative.js';
import { pathSegment } from '@/upstream/call-target.js';
import { findMembers, mostMembers, type MemberRow } from '@/upstream/paging/member-list.js';
import { walkOffsets } from '@/upstream/paging/offset-walk.js';
import { rawObject } from '@/upstream/records/raw.js';
import { keyRows } from '@/upstream/records/unique-rows.js';
import { CbrPages } from './cbr-pages.js';
import type { Connection } from './operation-log.js';
import { identifyRecord, parseVaults } from './wire.js';

/** A page may hold 1,000 vaults (CBR API reference, ListVault). Each brings its members, so smaller pages are asked for. */
const PAGE_SIZE = 100;

/** Reads what is in the vaults of the project, each resource once. Throws `UpstreamError`. */
export async function readVaults(
  { client, source }: Pick<Connection, 'client' | 'source'>,
  context: ReadContext,
): Promise<ReadInventory> {
  const path = `/v3/${pathSegment(source.projectId ?? '')}/vaults`;
  const most = mostMembers(source);
  const pages = new CbrPages(PAGE_SIZE, async (limit, offset) => {
    const { enterpriseProjectId: enterprise_project_id } = source;
    const query = { enterprise_project_id, limit, ...(offset > 0 && { offset }) };
    const vaults = parseVaults(await client.getJson({ path, query }, context), offset);
    return runCooperatively(keyRows(vaults, identifyRecord, most + 2));
  });
  const { signal } = context;
  const { rows, truncated } = await walkOffsets({
    readPage: (start) => pages.read(start),
    identify: ({ key }) => key,
    maxRows: most,
    signal,
  });
  return findMembers(
    { rows: membersOf(rows.map(({ row }) => row)), truncated },
    {
      // A member that is being removed, or whose last backup failed (`protect_status`), still is one.
      read: (row) => ({ type: row.text('type'), id: row.text('id'), name: row.text('name') }),
      most,
      signal,
    },
  );
}

/** What the vaults list as their members; what is no vault, or no list of members, names none. */
function* membersOf(vaults: readonly unknown[]): Generator<MemberRow> {
  for (const vault of vaults) {
    const object = rawObject(vault) as { readonly resources?: unknown } | null;
    const listed = object === null ? vault : (object.resources ?? []);
    for (const row of Array.isArray(listed) ? (listed as unknown[]) : [listed]) yield { row, cluster: null };
  }
}

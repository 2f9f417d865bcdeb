import { clusterName } from '@/model/cluster-name.js';
import { DriftLog } from '@/model/drift.js';
import { LARGEST_INVENTORY, LONGEST_MEMBER_ID, type InventoryMember } from '@/model/listed-resource.js';
import type { ReadInventory } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { TaskCluster } from '@/model/task.js';
import { runCooperatively, visitInSteps } from '@/scheduling/cooperative.js';
import { throwIfAborted } from '../http/deadline.js';
import { hideSecrets } from '../records/hidden-secrets.js';
import { Fields, rawObject } from '../records/raw.js';
import { jsonType } from '../records/redaction.js';
import { UpstreamError } from '../upstream-error.js';
import { LowestIds } from './lowest-ids.js';

/** Where the members of an inventory are found. */
export interface MemberRows {
  readonly rows: Iterable<MemberRow>;
  /** True when there are, or may be, more. */
  readonly truncated: boolean;
}

export interface MemberRow {
  readonly row: unknown;
  readonly cluster: TaskCluster | null;
}

/** What a row says a member is; it needs a type and an id. */
interface ToldMember {
  readonly type: string | null;
  readonly id: string | null;
  readonly name: string | null;
}

/** How to take members from rows. */
export interface MemberReading {
  readonly read: (row: Fields) => ToldMember;
  readonly most: number;
  readonly signal: AbortSignal;
}

/** The most members that the inventory of a source may have. */
export function mostMembers({ maxTasksPerFeed }: Pick<SourceConfig, 'maxTasksPerFeed'>): number {
  return Math.min(maxTasksPerFeed, LARGEST_INVENTORY);
}

/**
 * The members that the rows name, each once and in an order that does not depend on theirs, `most` of them at the most. Rows
 * that name none are left out and counted. Works in steps. Throws `UpstreamError`, MALFORMED where there are rows and none
 * names a member.
 */
export async function findMembers(
  { rows, truncated }: MemberRows,
  { read, most, signal }: MemberReading,
): Promise<ReadInventory> {
  const kept = new LowestIds<{ readonly id: string; readonly member: InventoryMember }>(most);
  const drift = new DriftLog();
  let named = 0;
  const visit = ({ row, cluster }: MemberRow): void => {
    throwIfAborted(signal);
    const object = rawObject(row);
    const told = object === null ? null : read(new Fields(object, drift));
    if (told === null || !isIdentified(told)) {
      drift.note('droppedRow', () =>
        told === null ? { field: '(row)', found: jsonType(row) } : fault(told),
      );
      return;
    }
    named += 1;
    const { type, id } = told;
    const name = clusterName(told.name && hideSecrets(told.name));
    kept.add({ id: `${type}\n${id}`, member: { type, id, name, cluster } });
  };
  await runCooperatively(visitInSteps(rows, visit));
  const dropped = drift.counts.droppedRow ?? 0;
  if (named === 0 && dropped > 0) throw new UpstreamError('MALFORMED');
  const isCut = kept.isCut || truncated;
  return {
    outcome: 'read',
    members: kept.values.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ member }) => member),
    truncation: dropped > 0 ? 'MALFORMED' : isCut ? 'LIMIT' : null,
    drift: drift.counts,
    driftExamples: drift.examples,
  };
}

function isIdentified(told: ToldMember): told is ToldMember & { readonly type: string; readonly id: string } {
  return isPart(told.type) && isPart(told.id);
}

function isPart(text: string | null): boolean {
  return text !== null && text.length <= LONGEST_MEMBER_ID;
}

/** What is wrong with a row, without anything of it but its length. */
function fault({ type, id }: ToldMember): { field: string; found: string } {
  const [field, found] = isPart(id) ? ['type', type] : ['id', id];
  return { field, found: found === null ? 'absent' : `string of ${found.length} characters` };
}

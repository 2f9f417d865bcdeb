import type { DriftLog } from '@/model/drift.js';
import { LARGEST_INVENTORY, LONGEST_MEMBER_ID, type InventoryMember } from '@/model/listed-resource.js';
import type { ReadInventory } from '@/model/provider.js';
import { shownName } from '@/model/shown-name.js';
import type { SourceConfig } from '@/model/source.js';
import type { TaskCluster } from '@/model/task.js';
import { hideSecrets } from '../records/hidden-secrets.js';
import { Fields, rawObject } from '../records/raw.js';
import { findListed, noObject, unusable, type ListedRows, type Named } from './find-listed.js';

/** A row of an inventory. */
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
  listed: ListedRows<MemberRow>,
  { read, most, signal }: MemberReading,
): Promise<ReadInventory> {
  const readMember = ({ row, cluster }: MemberRow, drift: DriftLog): Named<KeyedMember> => {
    const object = rawObject(row);
    if (object === null) return { fault: () => noObject(row) };
    const told = read(new Fields(object, drift));
    if (!isIdentified(told)) {
      return { fault: () => (isPart(told.id) ? unusable('type', told.type) : unusable('id', told.id)) };
    }
    const { type, id } = told;
    const member = { type, id, name: shownName(told.name && hideSecrets(told.name)), cluster };
    return { wanted: { id: `${type}\n${id}`, member } };
  };
  const { found, ...told } = await findListed(listed, { read: readMember, most, signal });
  const members = found.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ member }) => member);
  return { outcome: 'read', members, ...told };
}

/** A member by its type and id. */
interface KeyedMember {
  readonly id: string;
  readonly member: InventoryMember;
}

function isIdentified(told: ToldMember): told is ToldMember & { readonly type: string; readonly id: string } {
  return isPart(told.type) && isPart(told.id);
}

function isPart(text: string | null): boolean {
  return text !== null && text.length <= LONGEST_MEMBER_ID;
}

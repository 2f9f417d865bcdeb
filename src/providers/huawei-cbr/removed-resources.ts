import { DriftLog } from '@/model/drift.js';
import type { TaskResource, TaskRow } from '@/model/task.js';
import { Fields, rawObject } from '@/upstream/records/raw.js';

/**
 * The resources that a `remove_resource` names besides the one it is about: it may take several out of a vault
 * (`OpExtraInfo.remove_resources.resources`, CBR API reference, ListOpLogs).
 */
export function removedResources({ raw }: TaskRow): readonly TaskResource[] {
  const record = rawObject(raw);
  if (record === null) return [];
  const extraInfo = new Fields(record, new DriftLog()).fields('extra_info');
  return extraInfo
    .fields('remove_resources')
    .list('resources')
    .map((each) => ({ type: each.text('type'), id: each.text('id'), name: each.text('name') }));
}

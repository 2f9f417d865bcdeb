import type { Task } from '../pure/api-types.js';
import { nameAmong } from '../pure/names.js';

/** What a task is about: its resource, else its cluster, else its own id. */
export function resourceText({ resource, cluster, id }: Task): string {
  return nameAmong(resource?.name, resource?.id, cluster?.name, cluster?.id) ?? id;
}

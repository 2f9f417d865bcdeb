import { CLUSTER_ID, LARGEST_MAX_CLUSTERS } from '@/model/source.js';
import { listById, listOf } from './list.js';
import { optional, required, section, withDefault } from './section.js';
import type { Keys } from './section.js';
import { integer, text } from './values.js';

export const CLUSTER_KEYS = {
  id: required(
    text({
      allowed: 'a cluster id of 1 to 64 letters, digits, - and _',
      pattern: CLUSTER_ID,
    }),
    { description: "The upstream's id of the cluster.", example: 1000005 },
  ),
  name: optional(text({ allowed: 'a name of 1 to 256 characters', pattern: /^.{1,256}$/ }), {
    description: 'What tasks call the cluster where the upstream does not tell its name.',
    example: 'yc0820_17',
  }),
} as const satisfies Keys;

export const DISCOVERY_KEYS = {
  exclude: optional(
    listOf(
      'ids or names of clusters',
      text({ allowed: 'an id or a name of 1 to 256 characters', pattern: /^.{1,256}$/ }),
    ),
    {
      description:
        'Clusters that are left out, by id or by name: `*` is any text, `?` one character; case counts. They are no part of any answer.',
      example: ['test-*', '4213d908-f5dc-4633-8401-cfd7175fca0c'],
    },
  ),
  maxClusters: withDefault(integer({ min: 1, max: LARGEST_MAX_CLUSTERS }), 1_000, {
    description:
      'How many clusters are read. Of more, those with the lowest ids are read, and the answer says TRUNCATED.',
    example: 1_000,
  }),
} as const satisfies Keys;

/** Which clusters a source has feeds of. */
export const WHICH_CLUSTERS = {
  clusters: optional(listById('clusters', section('a cluster', CLUSTER_KEYS)), {
    description: 'The clusters whose tasks are read. Left out: found by listing the clusters.',
    example: [{ id: 1000005, name: 'yc0820_17' }],
  }),
  discovery: withDefault(
    section('a map', DISCOVERY_KEYS),
    {},
    { description: 'How clusters are found where clusters is left out.' },
  ),
} as const satisfies Keys;

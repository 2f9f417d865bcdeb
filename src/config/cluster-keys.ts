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
    { description: 'The id of the cluster at the upstream.', example: 1000005 },
  ),
  name: optional(text({ allowed: 'a name of 1 to 256 characters', pattern: /^.{1,256}$/ }), {
    description: 'The name that tasks show if the upstream does not report one.',
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
        'Clusters to leave out, by id or name; `*` matches any text, `?` one character, and case matters. No answer mentions them.',
      example: ['test-*', '4213d908-f5dc-4633-8401-cfd7175fca0c'],
    },
  ),
  maxClusters: withDefault(integer({ min: 1, max: LARGEST_MAX_CLUSTERS }), 1_000, {
    description:
      'The maximum number of clusters that are read. If there are more, those with the lowest ids are read, and the source is reported as `TRUNCATED`.',
  }),
} as const satisfies Keys;

/** The keys that choose the clusters of a source. */
export const WHICH_CLUSTERS = {
  clusters: optional(listById('clusters', section('a cluster', CLUSTER_KEYS)), {
    description: 'The clusters whose tasks are read. Default: all clusters that the upstream lists.',
    example: [{ id: 1000005, name: 'yc0820_17' }],
  }),
  discovery: withDefault(
    section('a map', DISCOVERY_KEYS),
    {},
    { description: 'How clusters are found if `clusters` is not set.' },
  ),
} as const satisfies Keys;

import type { CssCluster } from './fleet.js';
import type { Random } from './random.js';
import type { CssRecord } from './records.js';
import { courseOf, fateAmong, fateOf, type LifeMoment, type Workload } from './workload.js';

const FAILURES: readonly [string, ...string[]] = [
  'Failed to write to the OBS bucket: AccessDenied, check the agency of the cluster.',
  'Failed to write to the OBS bucket: the bucket does not exist.',
  'Log collection timed out on node ess-esn-2-1.',
  'The disk of node ess-esn-1-1 is full, the log archive could not be packed.',
];

/** Log backups of one CSS cluster: short jobs, nearly all of them automatic. */
export function cssWorkload(cluster: CssCluster, random: Random): Workload<CssRecord> {
  return {
    rows: cluster.rows,
    intervalMs: 5 * 60_000,
    makeRow: (createdMs) => ({
      id: random.uuid(),
      clusterId: cluster.id,
      createAt: createdMs,
      logPath: `css-backup-${cluster.name}/css/log`,
      status: 'RUNNING',
      finishedAt: null,
      jobTypes: random.chance(0.1) ? 'Manual' : 'Auto',
      failedMsg: null,
      jobId: `2c9080df${random.hex(24)}`,
    }),
    advance: advanceCss,
  };
}

function advanceCss(record: CssRecord, moment: LifeMoment): void {
  if (record.status !== 'RUNNING') return;
  const { done, endMs } = courseOf(record.createAt, 40_000 + fateOf(record.id, 'duration') * 160_000, moment);
  if (done < 1) return;
  const failed = fateOf(record.id, 'outcome') < 0.05;
  record.status = failed ? 'FAIL' : 'SUCCESS';
  record.finishedAt = endMs;
  const texts = FAILURES.map((text) => [text, 1] as const);
  record.failedMsg = failed ? fateAmong(fateOf(record.id, 'failure'), texts) : null;
}

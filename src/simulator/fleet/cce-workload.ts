import type { CceCluster } from './fleet.js';
import type { Random } from './random.js';
import type { CceRecord } from './records.js';
import { courseOf, fateOf, type LifeMoment, type Workload } from './workload.js';

/** Backups of one CCE cluster's master nodes. */
export function cceWorkload(cluster: CceCluster, random: Random): Workload<CceRecord> {
  return {
    rows: cluster.rows,
    intervalMs: 15 * 60_000,
    makeRow: (createdMs) => ({
      uid: random.uuid(),
      createdMs,
      updatedMs: createdMs,
      phase: 'Init',
      progress: 0,
      completedMs: null,
      message: '',
    }),
    advance: advanceCce,
  };
}

function advanceCce(record: CceRecord, moment: LifeMoment): void {
  if (record.completedMs !== null || !['Init', 'Queuing', 'Running'].includes(record.phase)) return;
  const { done, endMs } = courseOf(
    record.createdMs,
    90_000 + fateOf(record.uid, 'duration') * 240_000,
    moment,
  );
  record.updatedMs = Math.min(endMs, Math.max(moment.nowMs, record.createdMs));
  if (done < 1) {
    record.phase = phaseAt(done);
    record.progress = Math.floor(done * 100);
    return;
  }
  const failed = fateOf(record.uid, 'outcome') < 0.08;
  record.phase = failed ? 'Failed' : 'Success';
  record.progress = failed ? Math.floor(fateOf(record.uid, 'failure') * 99) : 100;
  record.message = failed ? 'backup etcd data failed: snapshot of master node timed out' : '';
  record.completedMs = endMs;
}

function phaseAt(done: number): string {
  if (done < 0.05) return 'Init';
  return done < 0.1 ? 'Queuing' : 'Running';
}

import type { OcpRecord } from '../fleet/records.js';
import type { Row } from '../fleet/row-list.js';
import { parameter, type Call } from '../http/call.js';
import type { OcpSettings } from '../settings.js';

/** An OffsetDateTime; a plus sent without escaping arrives as a space and is refused. */
const OFFSET_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** The test that tasks must pass for startTime and endTime, or what is wrong with them: both or neither. */
export function ocpTimeFilter(
  call: Call,
  settings: OcpSettings,
): ((row: Row<OcpRecord>) => boolean) | string {
  const start = parameter(call, 'startTime');
  const end = parameter(call, 'endTime');
  if (start === undefined && end === undefined) return () => true;
  if (start === undefined || end === undefined) return 'startTime and endTime belong together';
  if (!OFFSET_TIME.test(start) || !OFFSET_TIME.test(end)) return 'startTime, endTime';
  if (settings.timeFilter === 'none') return () => true;
  const [startMs, endMs] = [Date.parse(start), Date.parse(end)];
  return (row) => row.createdMs >= startMs && row.createdMs <= endMs;
}

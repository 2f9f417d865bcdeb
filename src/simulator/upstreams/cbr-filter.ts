import type { CbrRecord } from '../fleet/records.js';
import type { Row } from '../fleet/row-list.js';
import { parameter, type Call } from '../http/call.js';
import type { CbrSettings } from '../settings.js';

type RowTest = (row: Row<CbrRecord>) => boolean;

/** Each takes one value and is compared exactly. */
const FILTERS: Readonly<Record<string, (record: Partial<CbrRecord>) => unknown>> = {
  operation_type: (record) => record.operation_type,
  provider_id: (record) => record.provider_id,
  status: (record) => record.status,
  vault_id: (record) => record.vault_id,
  vault_name: (record) => record.vault_name,
  resource_id: (record) => record.extra_info?.resource?.id,
  resource_name: (record) => record.extra_info?.resource?.name,
};

/** The test that rows must pass for the call's filters, or the name of a parameter that is wrong. */
export function cbrFilter(call: Call, settings: CbrSettings): RowTest | string {
  const inTime = timeFilter(call, settings);
  if (typeof inTime === 'string') return inTime;
  const tests = Object.entries(FILTERS).flatMap(([name, read]): RowTest[] => {
    const wanted = parameter(call, name);
    return wanted === undefined || wanted === '' ? [] : [(row) => read(fieldsOf(row)) === wanted];
  });
  if (!knowsEnterpriseProject(call, settings)) tests.push(() => false);
  return (row) => inTime(row) && tests.every((test) => test(row));
}

const QUERY_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function timeFilter(call: Call, { timeFilter: field }: CbrSettings): RowTest | string {
  const bounds = { start_time: Number.NEGATIVE_INFINITY, end_time: Number.POSITIVE_INFINITY };
  for (const name of ['start_time', 'end_time'] as const) {
    const text = parameter(call, name);
    if (text === undefined) continue;
    const epochMs = QUERY_TIME.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(epochMs)) return name;
    bounds[name] = epochMs;
  }
  if (field === 'none') return () => true;
  return (row) => {
    const epochMs = row.kind === 'record' ? row.record[field] : row.createdMs;
    return epochMs >= bounds.start_time && epochMs <= bounds.end_time;
  };
}

function knowsEnterpriseProject(call: Call, settings: CbrSettings): boolean {
  const id = parameter(call, 'enterprise_project_id');
  return settings.enterpriseProject === 'ignore' || id === undefined || ['0', 'all_granted_eps'].includes(id);
}

/** A verbatim row may be any JSON; what is not an object has no fields to match. */
function fieldsOf(row: Row<CbrRecord>): Partial<CbrRecord> {
  if (row.kind === 'record') return row.record;
  return typeof row.wire === 'object' && row.wire !== null ? row.wire : {};
}

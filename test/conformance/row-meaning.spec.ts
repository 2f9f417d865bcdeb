import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReadFeed } from '@/model/provider.js';
import { PROVIDER_SETUPS } from './provider-setups.js';
import { documentedRow } from './documented-rows.js';
import { openWorkplace, rowsOf, type Workplace } from './reading.js';

/** Each way of saying that a time is not set, in texts that any of the upstreams may write. */
const UNSET_TIMES = [
  ...['', '-', '0', 'null', '0001-01-01T00:00:00Z', '0001-01-01 00:00:00 +0000 UTC', '0000-00-00 00:00:00'],
  ...['1970-01-01 08:00:00 +0800 CST', '1970-01-01 00:00:00'],
  ...['1970-01-01T00:00:00Z', '1970-01-01T08:00:00.000+0800', '1970-01-01T00:00:00+08:00', null, 0, -1],
];
/** The times of rows. */
const TIMES = new Set([
  ...['createAt', 'finishedAt', 'created_at', 'started_at', 'ended_at', 'updated_at', 'creationTimestamp'],
  ...['updateTimestamp', 'completionTime', 'createTime', 'modifyTime', 'checkpoint'],
]);
const SECRET = 'KEPT-TO-THEM';

/** A copy of a JSON value in which each field that is no object or list is another. */
function mapFields(value: unknown, change: (name: string, value: unknown) => unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((element) => mapFields(element, change, name));
  if (typeof value !== 'object' || value === null) return change(name, value);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, mapFields(inner, change, key)]),
  );
}

describe.each(Object.keys(PROVIDER_SETUPS))('%s', (provider) => {
  const { row } = documentedRow(provider);
  let place: Workplace;

  beforeAll(async () => {
    place = await openWorkplace(provider);
  });

  beforeEach(() => {
    place.stock.fill(0);
  });

  afterAll(async () => {
    await place.close();
  });

  async function read(changed: unknown): Promise<ReadFeed> {
    place.stock.addVerbatim(changed);
    const { result } = await place.read({});
    rowsOf(result);
    return result as ReadFeed;
  }

  it.each(UNSET_TIMES)('treats times of %j as not set, and derives nothing from them', async (time) => {
    const changed = mapFields(row, (name, value) => (TIMES.has(name) ? time : value));
    const { rows, drift } = await read(changed);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.task).toMatchObject({
      ...{ createTime: null, startTime: null, endTime: null, updateTime: null, checkpointTime: null },
      ...{ durationSeconds: null },
    });
    if (time !== null && provider === 'oceanbase-ocp') expect(rows[0]?.task.lagSeconds).toBeNull();
    expect(drift).toEqual({});
  });

  it('hides a secret in any text of a row', async () => {
    const uri = `oss://b/log?host=h&access_id=${SECRET}&access_key=${SECRET} and ftp://u:${SECRET}@nas`;
    const texts: string[] = [];
    const changed = mapFields(row, (name, value) => {
      if (typeof value !== 'string' || TIMES.has(name)) return value;
      texts.push(name);
      return `${value} ${uri}`;
    });
    const result = await read(changed);
    expect(texts.length).toBeGreaterThan(3);
    expect(result.rows).toHaveLength(1);
    const kept = JSON.stringify(result);
    expect(kept).not.toContain(SECRET);
    expect(kept).toContain('oss://b/log?host=h&access_id=***&access_key=*** and ftp://***@nas');
  });
});

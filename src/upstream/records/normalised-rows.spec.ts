import { describe, expect, it } from 'vitest';
import { DriftLog } from '@/model/drift.js';
import { jsonOf, JsonText } from '@/model/json-text.js';
import type { PreviousRead, ReadContext } from '@/model/provider.js';
import type { Task, TaskRow } from '@/model/task.js';
import { normaliseRows } from './normalised-rows.js';
import { openRow } from './row-shape.js';

const SHAPE = { documented: new Map([['uri', null]]), identifying: [] };

const NOTHING = { nativeStatus: null, resource: null, cluster: null, destination: null, error: null };
const TASK = { id: 's.1', ...NOTHING, warnings: [] as const } as unknown as Task;

async function rawOf(text: string): Promise<string> {
  const { rows } = await normaliseRows([new JsonText(text)], {
    normalise: (row) => {
      const fields = openRow(row, SHAPE, new DriftLog());
      return fields && { task: TASK, raw: fields.object };
    },
    context: { previous: null },
  });
  return rows.map(({ raw }) => jsonOf(raw)).join();
}

it('keeps a record as received where it has no secret', async () => {
  const text = '{"uri":"file:///b","b":1.10,"b":1700000000000000001}';
  await expect(rawOf(text)).resolves.toBe(text);
});

it.each([
  '{"uri":"oss://b/c?host=h&access_id=ID-1&access_key=KEY-1"}',
  '{"uri":"oss://b/c?host=h\\u0026access_key=KEY-1"}',
  '{"uri":"oss://b/c?access_key=KEY-1","uri":"file:///b"}',
  '{"access_key":"KEY-1","access_key":""}',
  '{"uri":"https://user:KEY-1@host/","scn":1700000000000000001}',
])('shows no secret of %s', async (text) => {
  await expect(rawOf(text)).resolves.not.toContain('KEY-1');
});

describe('a record that has not changed', () => {
  const texts = ['{"id":"1"}', '{"id":"2"}'].map((text) => new JsonText(text));
  const previous = async (isReusable: boolean, drifts: boolean): Promise<PreviousRead> => {
    const read = await normaliseRows(texts, {
      normalise: normaliser([], drifts),
      context: { previous: null },
    });
    return { ...read, truncation: null, bookmark: null, isReusable };
  };
  const contextOf = (read: PreviousRead): Pick<ReadContext, 'previous' | 'known'> => ({
    previous: read,
    known: new Map(read.rows.map((row) => [jsonOf(row.raw), row])),
  });
  const normaliser =
    (made: string[], drifts = false) =>
    (value: unknown, drift: DriftLog): TaskRow => {
      const { id } = value as { id: string };
      made.push(id);
      if (drifts && id === '1') drift.note('unknownField', () => ({ field: 'x', found: 'string' }));
      return { task: { ...TASK, id: `s.${id}` }, raw: value as object };
    };

  it('keeps its row', async () => {
    const made: string[] = [];
    const before = await previous(true, false);
    const records = [new JsonText('{"id":"3"}'), new JsonText('{"id":"2"}')];
    const { rows } = await normaliseRows(records, {
      normalise: normaliser(made),
      context: contextOf(before),
    });
    expect(made).toEqual(['3']);
    expect(rows[1]).toBe(before.rows[1]);
  });

  it.each([
    ['another process made the row', false, false],
    ['a row of the read drifted', true, true],
  ])('is normalised again where %s', async (_why, isReusable, drifts) => {
    const made: string[] = [];
    const normalise = normaliser(made, drifts);
    const { drift } = await normaliseRows(texts, {
      normalise,
      context: contextOf(await previous(isReusable, drifts)),
    });
    expect(made).toEqual(['1', '2']);
    expect(drift).toEqual(drifts ? { unknownField: 1 } : {});
  });
});

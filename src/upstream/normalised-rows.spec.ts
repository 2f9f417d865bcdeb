import { expect, it } from '@jest/globals';
import { DriftLog } from '@/model/drift.js';
import { jsonOf, JsonText } from '@/model/json-text.js';
import type { Task } from '@/model/task.js';
import { normaliseRows } from './normalised-rows.js';
import { openRow } from './row-shape.js';

const SHAPE = { documented: new Map([['uri', null]]), identifying: [] };

const NOTHING = { nativeStatus: null, resource: null, cluster: null, destination: null, error: null };
const TASK = { id: 's.1', ...NOTHING, warnings: [] as const } as unknown as Task;

async function rawOf(text: string): Promise<string> {
  const { rows } = await normaliseRows([new JsonText(text)], (row) => {
    const fields = openRow(row, SHAPE, new DriftLog());
    return fields && { task: TASK, raw: fields.object };
  });
  return rows.map(({ raw }) => jsonOf(raw)).join();
}

it('keeps a record as it was received where it holds no secret', async () => {
  const text = '{"uri":"file:///b","b":1.10,"b":1700000000000000001}';
  await expect(rawOf(text)).resolves.toBe(text);
});

it.each([
  '{"uri":"oss://b/c?host=h&access_id=ID-1&access_key=KEY-1"}',
  '{"uri":"oss://b/c?host=h\\u0026access_key=KEY-1"}',
  '{"uri":"oss://b/c?access_key=KEY-1","uri":"file:///b"}',
  '{"access_key":"KEY-1","access_key":""}',
  '{"uri":"https://user:KEY-1@host/","scn":1700000000000000001}',
])('tells no secret of %s', async (text) => {
  await expect(rawOf(text)).resolves.not.toContain('KEY-1');
});

import { brotliCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Task } from '@/model/task.js';
import { digestOf } from './manifest.js';
import { decodeSegment, encodeSegment } from './segments.js';
import { jsonOf, JsonText } from '@/model/json-text.js';

const TASK: Task = {
  ...{ id: 's.1', provider: 'p', source: 's', feed: 'sources/s/feeds/f', nativeId: '1', type: 'BACKUP' },
  ...{ trigger: null, status: 'FAILED', nativeStatus: 'failed', progressPercent: 7.5, createTime: null },
  ...{ startTime: null, endTime: null, updateTime: null, durationSeconds: 1, checkpointTime: null },
  ...{ lagSeconds: null, resource: { type: null, id: 'r', name: null }, cluster: { id: 'c', name: 'C' } },
  ...{
    destination: null,
    error: { code: null, message: 'm' },
    warnings: [{ code: null, message: 'm' }],
    region: 'eu',
    projectId: null,
  },
};

function decodeText(text: string): ReturnType<typeof decodeSegment> {
  const bytes = brotliCompressSync(text);
  return decodeSegment({ digest: digestOf(bytes), bytes });
}

describe('a segment', () => {
  it('is read as it was written', async () => {
    const rows = [{ task: TASK, raw: { any: ['thing', null, 1.5, { '\u{1F4BE}': true }] } }];
    const segment = await encodeSegment(rows);
    await expect(decodeSegment(segment)).resolves.toEqual(rows);
  });

  it('gives a record back as it was received', async () => {
    const raw = new JsonText('{"b":1700000000000000001,"a":1e999,"b":2,"1":0,"0":0,"__proto__":"x"}');
    const segment = await encodeSegment([{ task: TASK, raw }]);
    const rows = await decodeSegment(segment);
    expect(rows?.map((row) => jsonOf(row.raw))).toEqual([raw.text]);
  });

  it.each(['', '[]', '{', '{}x', 'null'])('is not read where the text of a record is %j', async (raw) => {
    await expect(decodeText(JSON.stringify([{ task: TASK, raw }]))).resolves.toBeNull();
  });

  it('is not read with the digest of another', async () => {
    const segment = await encodeSegment([{ task: TASK, raw: {} }]);
    const damaged = { ...segment, bytes: Buffer.concat([segment.bytes, Buffer.alloc(1)]) };
    await expect(decodeSegment(damaged)).resolves.toBeNull();
  });

  it('is not read when it unpacks to more than 8 MiB', async () => {
    await expect(decodeText(`[${' '.repeat(8 * 2 ** 20)}]`)).resolves.toBeNull();
    await expect(decodeText(`[${' '.repeat(2 ** 20)}]`)).resolves.toEqual([]);
  });

  it('is not read when it is not compressed, or not a JSON list', async () => {
    const bytes = Buffer.from('[]');
    await expect(decodeSegment({ digest: digestOf(bytes), bytes })).resolves.toBeNull();
    for (const text of ['', '{}', '[', 'null', '[null]', '[[]]', '[{"task":null,"raw":{}}]']) {
      await expect(decodeText(text)).resolves.toBeNull();
    }
  });

  it.each(Object.keys(TASK))('is not read when %s is missing or of another type', async (field) => {
    await expect(decodeText(JSON.stringify([{ task: TASK, raw: {} }]))).resolves.toHaveLength(1);
    for (const wrong of [undefined, true, ['x'], { id: 5, code: 5 }]) {
      const text = JSON.stringify([{ task: { ...TASK, [field]: wrong }, raw: {} }]);
      await expect(decodeText(text)).resolves.toBeNull();
    }
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TARGETS } from './targets.js';
import { invalidFields } from './invalid-fields.js';

type Fields = Record<string, unknown> & { provider: string; source: string; feed: string; status: string };

const TASKS = Object.keys(TARGETS).flatMap((provider) => {
  const folder = `src/providers/${provider}/fixtures`;
  const files = readdirSync(folder).filter((name) => name.endsWith('.tasks.json'));
  return files.flatMap((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Fields[]);
});

function invalid(task: Fields, change: object = {}): string[] {
  const rules = TARGETS[task.provider]?.rules;
  if (rules === undefined) throw new Error(`no rules for ${task.provider}`);
  const { provider, source, feed } = task;
  return invalidFields({ ...task, ...change }, { provider, source, feed, rules });
}

describe('the check of a task', () => {
  it('accepts the tasks of the fixtures', () => {
    expect(TASKS.length).toBeGreaterThan(50);
    for (const task of TASKS) expect(invalid(task)).toEqual([]);
  });

  it('names each field that is missing or has a wrong type', () => {
    for (const task of TASKS) {
      for (const name of Object.keys(task)) {
        const wrongs = [undefined, '', Number.NaN, Number.POSITIVE_INFINITY, true, {}, [name]];
        for (const wrong of wrongs) {
          expect(invalid(task, { [name]: wrong })).toContain(name);
        }
        const { [name]: _, ...others } = task;
        expect(
          invalidFields(others, { ...task, rules: { ...TARGETS[task.provider]?.rules } as never }),
        ).toContain(name);
      }
    }
  });

  it.each([
    [{ id: 'logs.a/b' }, 'id'],
    [{ id: `logs.${'a'.repeat(200)}` }, 'id'],
    [{ surplus: null }, 'surplus'],
    [{ progressPercent: 100.1 }, 'progressPercent'],
    [{ lagSeconds: -1 }, 'lagSeconds'],
    [{ durationSeconds: -1 }, 'durationSeconds'],
    [{ durationSeconds: 7e9 }, 'durationSeconds'],
    [{ createTime: '2023-11-25T09:03:46Z' }, 'createTime'],
    [{ createTime: '2023-02-30T09:03:46.000Z' }, 'createTime'],
    [{ updateTime: '2023-11-25T09:03:46.000+00:00' }, 'updateTime'],
    [{ status: 'DONE' }, 'status'],
    [{ type: 'COPY' }, 'type'],
    [{ trigger: 'AUTO' }, 'trigger'],
    [{ error: { code: null, message: null } }, 'error'],
    [{ error: { message: 'x' } }, 'error'],
    [{ warnings: [{ code: null, message: '' }] }, 'warnings'],
    [{ provider: 'another' }, 'origin'],
  ])('finds %j', (change, name) => {
    for (const task of TASKS) expect(invalid(task, change)).toContain(name);
  });

  it('finds an end time where the status is not final', () => {
    const running = TASKS.filter(({ status }) => status === 'RUNNING');
    expect(running.length).toBeGreaterThan(0);
    for (const task of running) {
      expect(invalid(task, { endTime: '2023-11-25T09:03:46.000Z' })).toContain('endTime');
    }
  });
});

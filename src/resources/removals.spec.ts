import { describe, expect, it } from 'vitest';
import type { Task, TaskRow } from '@/model/task.js';
import { vaultOf } from '@/providers/huawei-cbr/vault-of.js';
import { rowOf } from '../../test/support/rows.js';
import { Removals } from './removals.js';
import type { Resource } from './resource.js';

const BACKUP_TIME = '2026-11-27T02:00:00.000Z';
const DELETE_TIME = '2026-11-27T09:00:00.000Z';
const NOW_MS = Date.parse('2026-11-29T12:00:00.000Z');

type Vault = readonly [id: string | null, name: string | null];

function row(type: Task['type'], time: string, [id, name]: Vault): TaskRow {
  const times = { createTime: time, startTime: time, endTime: time, updateTime: time };
  const task = { ...rowOf(1).task, type, status: 'SUCCEEDED' as const, ...times, resource: null };
  return { task: { ...task, destination: name ?? id }, raw: { vault_id: id, vault_name: name } };
}

function retiredMs(last: Vault, deleted: Vault, deleteTime = DELETE_TIME): number | null {
  const removals = [row('VAULT_DELETE', deleteTime, deleted)];
  const resource = { type: 'server', resourceId: 'a', name: 'a', rows: [row('BACKUP', BACKUP_TIME, last)] };
  return new Removals([{ byResource: new Map(), removals, change: null }], { vaultOf }).retiredMs(
    resource as unknown as Resource,
    new Set(['BACKUP']),
    NOW_MS,
  );
}

describe('the removal of the vault of the last task', () => {
  it.each<[Vault, Vault]>([
    [
      ['A', 'daily'],
      ['A', 'daily'],
    ],
    [
      ['A', 'daily'],
      ['A', null],
    ],
    [
      ['A', null],
      ['A', 'daily'],
    ],
    [
      ['A', 'daily'],
      ['A', 'renamed'],
    ],
    [
      ['A', 'daily'],
      [null, 'daily'],
    ],
    [
      [null, 'daily'],
      ['A', 'daily'],
    ],
    [
      [null, 'daily'],
      [null, 'daily'],
    ],
  ])('retires it: %j, %j', (last, deleted) => {
    expect(retiredMs(last, deleted)).toBe(Date.parse(DELETE_TIME));
    expect(retiredMs(last, deleted, BACKUP_TIME)).toBeNull();
  });

  it.each<[Vault, Vault]>([
    [
      ['A', 'daily'],
      ['B', 'daily'],
    ],
    [
      ['A', 'daily'],
      [null, 'other'],
    ],
    [
      ['A', null],
      [null, 'A'],
    ],
    [
      [null, 'daily'],
      ['daily', null],
    ],
    [
      [null, null],
      [null, null],
    ],
  ])('is not that of another vault: %j, %j', (last, deleted) => {
    expect(retiredMs(last, deleted)).toBeNull();
  });
});

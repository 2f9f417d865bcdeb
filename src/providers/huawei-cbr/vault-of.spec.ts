import { describe, expect, it } from 'vitest';
import { JsonText } from '@/model/json-text.js';
import type { Task } from '@/model/task.js';
import { vaultOf } from './vault-of.js';

describe('vaultOf', () => {
  it.each([
    [
      { vault_id: 'a', vault_name: 'daily' },
      { id: 'a', name: 'daily' },
    ],
    [new JsonText('{"vault_id": "a"}'), { id: 'a', name: null }],
    [
      { vault_id: '', vault_name: 'daily' },
      { id: null, name: 'daily' },
    ],
    [new JsonText('[]'), { id: null, name: null }],
  ])('gives id and name as far as the record has them: %j', (raw, vault) => {
    expect(vaultOf({ task: {} as Task, raw })).toEqual(vault);
  });
});

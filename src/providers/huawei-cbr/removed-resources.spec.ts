import { describe, expect, it } from 'vitest';
import type { Task } from '@/model/task.js';
import { removedResources } from './removed-resources.js';

describe('removedResources', () => {
  it('gives every resource that the record names', () => {
    const raw = {
      extra_info: {
        remove_resources: {
          resources: [
            { type: 'OS::Nova::Server', id: 'a', name: 'A' },
            { type: 'OS::Nova::Server', id: 'b' },
          ],
        },
      },
    };
    expect(removedResources({ task: {} as Task, raw })).toEqual([
      { type: 'OS::Nova::Server', id: 'a', name: 'A' },
      { type: 'OS::Nova::Server', id: 'b', name: null },
    ]);
  });

  it.each([{}, { extra_info: null }, { extra_info: { remove_resources: { resources: 'none' } } }])(
    'gives none where the record names none: %j',
    (raw) => {
      expect(removedResources({ task: {} as Task, raw })).toEqual([]);
    },
  );
});

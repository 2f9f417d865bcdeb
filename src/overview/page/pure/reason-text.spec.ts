import { describe, expect, it } from 'vitest';
import { REASONS as GATEWAY_REASONS } from '@/resources/verdict.js';
import type { Resource } from './api-types.js';
import { REASONS, shortReason } from './reason-text.js';

const RESOURCE: Resource = {
  ...{ id: 'a.b.c', source: 'a', provider: 'p', type: 'b', resourceId: 'c', name: 'db', verdict: 'VIOLATED' },
  ...{ reasons: [], expectation: 'nightly', expectedBy: null, overdueSeconds: null, lastSuccessTime: null },
  ...{ lastSuccessTask: null, lastFailureTime: null, lastFailureTask: null, consecutiveFailures: 0 },
  ...{ runningSince: null, lagSeconds: null, medianDurationSeconds: null, taskCount: 0 },
  evidence: { from: null, to: null, feeds: [], complete: true },
};

function because(code: string, figures: Partial<Resource> = {}): string {
  return shortReason({ ...RESOURCE, ...figures, reasons: [{ code, message: 'The whole sentence.' }] });
}

describe('a reason in a few words', () => {
  it('has its figure where there is one', () => {
    expect(because('OVERDUE', { overdueSeconds: 190_000 })).toBe('Overdue by 2 d 4 h');
    expect(because('LAGGING', { lagSeconds: 700 })).toBe('11 min 40 s behind');
    expect(because('FAILING', { consecutiveFailures: 3 })).toBe('3 failures in a row');
    expect(because('FAILING')).toBe('Failing');
    expect(because('OVERDUE')).toBe('Overdue');
  });

  it('is there for each reason of the gateway, and is the sentence for any other', () => {
    expect(REASONS).toEqual(GATEWAY_REASONS);
    for (const code of GATEWAY_REASONS)
      expect([code, because(code)]).not.toEqual([code, 'The whole sentence.']);
    expect(because('SOMETHING_NEW')).toBe('The whole sentence.');
  });

  it('is empty without a reason', () => {
    expect(shortReason(RESOURCE)).toBe('');
  });
});

import { describe, expect, it } from '@jest/globals';
import { clockOf } from '../../../test/support/clock.js';
import { CredentialGates } from './credential-gates.js';

describe('CredentialGates', () => {
  it('has one gate for each account and service', () => {
    const gates = new CredentialGates(
      clockOf(() => 0),
      null,
    );
    const gateOf = (account: readonly string[], place: string): unknown =>
      gates.gateOf({ account, secret: ['s'] }, place);
    expect(gateOf(['aksk', 'a'], 'x')).toBe(gateOf(['aksk', 'a'], 'x'));
    expect(gateOf(['aksk', 'a'], 'x')).not.toBe(gateOf(['aksk', 'a'], 'y'));
    expect(gateOf(['aksk', 'a'], 'x')).not.toBe(gateOf(['aksk', 'b'], 'x'));
    expect(gateOf(['password', 'a', 'bc'], 'x')).not.toBe(gateOf(['password', 'ab', 'c'], 'x'));
  });

  it('counts the rejections of an account together, whatever its secret', () => {
    const gates = new CredentialGates(
      clockOf(() => 0),
      null,
    );
    expect(gates.gateOf({ account: ['a'], secret: ['s'] }, 'x')).toBe(
      gates.gateOf({ account: ['a'], secret: ['other'] }, 'x'),
    );
  });
});

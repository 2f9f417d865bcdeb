import { describe, expect, it } from 'vitest';
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

  it('has new gates for a new secret of a changed source, and keeps them for the same secret', () => {
    const gates = new CredentialGates(
      clockOf(() => 0),
      null,
    );
    const [old, other] = ['old', 'new'].map((secret) => ({ account: ['a'], secret: [secret] }));
    if (old === undefined || other === undefined) throw new Error('no credentials');
    const gate = gates.gateOf(old, 'x');
    expect(gates.ofChanged.gateOf(old, 'x')).toBe(gate);
    const renewed = gates.ofChanged.gateOf(other, 'x');
    expect(renewed).not.toBe(gate);
    expect(gates.ofChanged.gateOf(other, 'x')).toBe(renewed);
    expect(gates.gateOf(other, 'y')).not.toBe(renewed);
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

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SteppedClock } from '../../test/support/clock.js';
import type { RefusedRequest } from './audit-log.js';
import { CondensedAuditLog } from './condensed-audit-log.js';

const MINUTE_MS = 60_000;
const REFUSED: RefusedRequest = {
  principal: 'grafana',
  what: 'GET /v1/sources',
  why: 'missing-scope',
  status: 403,
  address: '192.0.2.1',
};
const NAMELESS: RefusedRequest = { ...REFUSED, principal: 'unknown', why: 'unknown-key', status: 401 };

let lines: (readonly [message: string, facts: object])[];
let clock: SteppedClock;
let audit: CondensedAuditLog;
beforeEach(() => {
  vi.useFakeTimers();
  [lines, clock] = [[], new SteppedClock(1_000)];
  audit = new CondensedAuditLog({
    write: (facts, message) => lines.push([message, facts]),
    clock,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Time passes for the clock and for the timers. */
function pass(ms: number): void {
  clock.pass(ms);
  vi.advanceTimersByTime(ms);
}

function refuse(times: number, request = REFUSED): void {
  for (let turn = 0; turn < times; turn += 1) audit.refused(request);
}

const first = (request: RefusedRequest) => ['request refused', request] as const;
const more = (count: number, request: RefusedRequest) =>
  ['more requests refused', { ...request, count }] as const;

describe('an audit log', () => {
  it('writes the first refusal at once, and how many more there were after a minute', () => {
    refuse(5);
    expect(lines).toEqual([first(REFUSED)]);
    pass(MINUTE_MS - 1);
    refuse(1);
    expect(lines).toHaveLength(1);
    pass(10);
    expect(lines).toEqual([first(REFUSED), more(5, REFUSED)]);
  });

  it('begins anew after the minute, and says no more about a refusal that stayed alone', () => {
    refuse(1);
    pass(2 * MINUTE_MS);
    refuse(1);
    expect(lines).toEqual([first(REFUSED), first(REFUSED)]);
  });

  it('begins anew after the minute even if no timer has fired yet', () => {
    refuse(3);
    clock.pass(2 * MINUTE_MS);
    refuse(1);
    expect(lines).toEqual([first(REFUSED), more(2, REFUSED), first(REFUSED)]);
  });

  it.each<[string, Partial<RefusedRequest>]>([
    ['of another principal', { principal: 'backup-job' }],
    ['of another access', { what: 'GET /v1/tasks/:id' }],
    ['for another cause', { why: 'rate-limit' }],
    ['with another status', { status: 429 }],
  ])('writes a refusal %s at once, and counts it for itself', (_name, change) => {
    const other = { ...REFUSED, ...change };
    refuse(2);
    refuse(3, other);
    pass(MINUTE_MS + 10);
    expect(lines).toEqual([first(REFUSED), first(other), more(1, REFUSED), more(2, other)]);
  });

  it('counts a principal together wherever it asks from', () => {
    refuse(1);
    refuse(1, { ...REFUSED, address: '192.0.2.2' });
    expect(lines).toEqual([first(REFUSED)]);
  });

  it.each(['unknown', 'anonymous'])(
    'tells %s callers apart by address, an IPv6 one by its /64',
    (principal) => {
      const addresses = ['192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2', '192.0.2.1'];
      for (const address of addresses) refuse(1, { ...NAMELESS, principal, address });
      const written = addresses.slice(0, 3).map((address) => first({ ...NAMELESS, principal, address }));
      expect(lines).toEqual(written);
    },
  );

  it('counts 10,000 at once: beyond, it writes early what is quiet longest, and forgets nothing', () => {
    const from = (number: number): RefusedRequest => ({
      ...NAMELESS,
      address: `10.0.${number >> 8}.${number & 255}`,
    });
    refuse(3, from(0));
    refuse(2, from(1));
    for (let number = 2; number < 10_000; number += 1) refuse(1, from(number));
    refuse(1, from(0));
    expect(lines).toHaveLength(10_000);
    refuse(1, from(10_000));
    expect(lines.slice(10_000)).toEqual([more(1, from(1)), first(from(10_000))]);
    pass(MINUTE_MS + 10);
    expect(lines.slice(10_002)).toEqual([more(3, from(0))]);
  });

  it('writes what it has counted when the gateway stops', () => {
    refuse(3);
    audit.onApplicationShutdown();
    expect(lines).toEqual([first(REFUSED), more(2, REFUSED)]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('writes each fault of an issuer, whose keys are read rarely', () => {
    for (const cause of ['TIMEOUT', 'TIMEOUT'] as const) audit.issuerFailed('https://login.example', cause);
    const facts = { issuer: 'https://login.example', cause: 'TIMEOUT' };
    expect(lines).toEqual([
      ['the keys of an issuer cannot be read', facts],
      ['the keys of an issuer cannot be read', facts],
    ]);
  });
});

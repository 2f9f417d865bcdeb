import { describe, expect, it } from '@jest/globals';
import { continueTrace } from './continue-trace.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

/** The header that continues a trace; undefined where none does. */
function continued(traceparent: string): string | undefined {
  return continueTrace({ traceparent, tracestate: null }).traceparent;
}

describe('a trace', () => {
  it('keeps the trace id and the sampling under a new parent id', () => {
    const header = continued(`00-${TRACE}-${PARENT}-01`);
    expect(header).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    expect(header).not.toContain(PARENT);
    expect(continued(`00-${TRACE}-${PARENT}-00`)).toMatch(/-00$/);
  });

  it('names a new parent each time', () => {
    const given = `00-${TRACE}-${PARENT}-01`;
    expect(continued(given)).not.toBe(continued(given));
  });

  it('understands later versions by what they share with this one', () => {
    expect(continued(`cc-${TRACE}-${PARENT}-ff-more`)).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  });

  it.each([
    ['vendor=value,other@tenant=1', 'vendor=value,other@tenant=1'],
    [`v=${'x'.repeat(510)}`, `v=${'x'.repeat(510)}`],
    [`v=${'x'.repeat(511)}`, undefined],
    ['v=1\r\nx-other: 1', undefined],
    ['', undefined],
    [null, undefined],
  ])('passes on the tracestate %j as %j', (tracestate, taken) => {
    expect(continueTrace({ traceparent: `00-${TRACE}-${PARENT}-01`, tracestate }).tracestate).toBe(taken);
  });

  it('is absent when none was sent', () => {
    expect(continueTrace(null)).toEqual({});
  });

  it.each([
    '',
    'nonsense',
    `ff-${TRACE}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01\r\nx-other: 1`,
  ])('sends none for %j', (given) => {
    expect(continueTrace({ traceparent: given, tracestate: 'vendor=value' })).toEqual({});
  });
});

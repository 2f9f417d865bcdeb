import { describe, expect, it } from '@jest/globals';
import { continueTrace } from './traceparent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('continueTrace', () => {
  it('keeps the trace id and the sampling under a new parent id', () => {
    const continued = continueTrace(`00-${TRACE}-${PARENT}-01`);
    expect(continued).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    expect(continued).not.toContain(PARENT);
    expect(continueTrace(`00-${TRACE}-${PARENT}-00`)).toMatch(/-00$/);
  });

  it('names a new parent each time', () => {
    const given = `00-${TRACE}-${PARENT}-01`;
    expect(continueTrace(given)).not.toBe(continueTrace(given));
  });

  it('understands later versions by what they share with this one', () => {
    expect(continueTrace(`cc-${TRACE}-${PARENT}-ff-more`)).toMatch(
      new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`),
    );
  });

  it.each([
    null,
    '',
    'nonsense',
    `ff-${TRACE}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01\r\nx-other: 1`,
  ])('sends none for %j', (given) => {
    expect(continueTrace(given)).toBeNull();
  });
});

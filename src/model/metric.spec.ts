import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { labelText } from './metric.js';

/** Reads one label as the Prometheus text format defines it. */
function valueIn(text: string): string {
  const inner = /^name="((?:[^"\\\n]|\\["\\n])*)"$/.exec(text)?.[1];
  if (inner === undefined) throw new Error(`not one label: ${text}`);
  return inner.replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
}

describe('labelText', () => {
  it('joins labels by commas, in the order given', () => {
    expect(labelText({ source: 'a', type: '', name: 'Büro 1' })).toBe('source="a",type="",name="Büro 1"');
    expect(labelText({})).toBe('');
  });

  it('escapes quotes, backslashes and line feeds, and nothing else', () => {
    expect(labelText({ name: 'a"b\\c\nd\re{},=' })).toBe('name="a\\"b\\\\c\\nd\re{},="');
  });

  it('can be read back, whatever the value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (value) => {
        expect(valueIn(labelText({ name: value }))).toBe(value.replaceAll('\0', '\uFFFD'));
      }),
    );
  });

  it('keeps the beginning of a long value, and no half of a character', () => {
    const long = `${'x'.repeat(511)}😀${'y'.repeat(10_000)}`;
    expect(valueIn(labelText({ name: long }))).toBe(`${'x'.repeat(511)}\uFFFD`);
  });
});

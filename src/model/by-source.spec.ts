import { describe, expect, it } from 'vitest';
import { BySource } from './by-source.js';

describe('BySource', () => {
  it('makes a value for each source, once', () => {
    const values = new BySource(() => ({}));
    expect(values.of('a')).toBe(values.of('a'));
    expect(values.of('a')).not.toBe(values.of('b'));
  });

  it('forgets the sources that are not configured any more, and keeps the others', () => {
    const values = new BySource(() => ({}));
    const [kept, gone] = [values.of('kept'), values.of('gone')];
    values.keepOnly(new Set(['kept', 'new']));
    values.keepOnly(new Set(['kept', 'new', 'gone']));
    expect(values.of('kept')).toBe(kept);
    expect(values.of('gone')).not.toBe(gone);
    expect(values.of('new')).toBe(values.of('new'));
  });

  it('remembers nothing for a question that comes after its source is gone', () => {
    const values = new BySource(() => ({}));
    values.keepOnly(new Set());
    expect(values.of('gone')).not.toBe(values.of('gone'));
  });
});

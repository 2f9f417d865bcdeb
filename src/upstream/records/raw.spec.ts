import { describe, expect, it } from 'vitest';
import { DriftLog, type DriftCounts } from '@/model/drift.js';
import { Fields, rawObject, type RawObject } from './raw.js';

/** What one reading answers, and the drift that it notes. */
function read<T>(object: object, reading: (fields: Fields) => T): { value: T; drift: DriftCounts } {
  const drift = new DriftLog();
  const value = reading(new Fields(object as unknown as RawObject, drift));
  return { value, drift: drift.counts };
}

const NOTHING_NOTED = {};
const WRONG_TYPE = { wrongType: 1 };

describe('rawObject', () => {
  it.each([null, undefined, 1, 'x', true, [], [{}]])('is null for %p', (value) => {
    expect(rawObject(value)).toBeNull();
  });
});

describe('Fields', () => {
  it.each([
    ['a', 'a', NOTHING_NOTED],
    [7, '7', NOTHING_NOTED],
    ['', null, NOTHING_NOTED],
    [null, null, NOTHING_NOTED],
    [undefined, null, NOTHING_NOTED],
    [true, null, WRONG_TYPE],
    [{}, null, WRONG_TYPE],
  ])('reads %p as the text %p', (found, value, drift) => {
    expect(read({ f: found }, (fields) => fields.text('f'))).toEqual({ value, drift });
  });

  it.each([
    ['a', 'a', NOTHING_NOTED],
    [7, '7', NOTHING_NOTED],
    [7.5, null, WRONG_TYPE],
    [2 ** 53, null, WRONG_TYPE],
    ['', null, NOTHING_NOTED],
    [true, null, WRONG_TYPE],
  ])('reads %p as the id %p', (found, value, drift) => {
    expect(read({ f: found }, (fields) => fields.id('f'))).toEqual({ value, drift });
  });

  it.each([
    [67, 67, NOTHING_NOTED],
    ['67', 67, NOTHING_NOTED],
    ['', null, NOTHING_NOTED],
    [null, null, NOTHING_NOTED],
    ['67 %', null, WRONG_TYPE],
    [[], null, WRONG_TYPE],
    [-1, null, WRONG_TYPE],
    [101, null, WRONG_TYPE],
  ])('reads %p as the number from 0 to 100 %p', (found, value, drift) => {
    expect(read({ f: found }, (fields) => fields.numberWithin('f', 0, 100))).toEqual({ value, drift });
  });

  it.each([
    ['Running', 'RUNNING', NOTHING_NOTED],
    ['RUNNING', 'RUNNING', NOTHING_NOTED],
    ['paused', null, { unknownStatus: 1 }],
    [null, null, { unknownStatus: 1 }],
  ])('maps the word %p to %p', (found, value, drift) => {
    const vocabulary = new Map([['running', 'RUNNING']]);
    expect(read({ f: found }, (fields) => fields.word('f', vocabulary, 'unknownStatus'))).toEqual({
      value: { text: found, meaning: value },
      drift,
    });
  });

  it.each([
    ['2019-05-23T14:31:36.007+00:00', '2019-05-23T14:31:36.007Z', NOTHING_NOTED],
    ['2021-09-09T16:19:47.405+0800', '2021-09-09T08:19:47.405Z', NOTHING_NOTED],
    ['', null, NOTHING_NOTED],
    [null, null, NOTHING_NOTED],
    ['yesterday', null, { unreadableTime: 1 }],
    [1656042837000, null, { unreadableTime: 1 }],
    ['0000-01-01T00:00:00+08:00', null, { unreadableTime: 1 }],
  ])('reads %p as the time %p', (found, value, drift) => {
    expect(read({ f: found }, (fields) => fields.rfc3339('f'))).toEqual({ value, drift });
  });

  it('reads nested objects, and those that are missing as empty ones', () => {
    const object = { there: { name: 'x' }, wrong: 'text' };
    expect(read(object, (fields) => fields.fields('there').text('name')).value).toBe('x');
    expect(read(object, (fields) => fields.fields('missing').text('name'))).toEqual({
      value: null,
      drift: NOTHING_NOTED,
    });
    expect(read(object, (fields) => fields.fields('wrong').text('name')).drift).toEqual(WRONG_TYPE);
  });

  it('reads the objects of a list and leaves out other elements', () => {
    const names = (fields: Fields): (string | null)[] =>
      fields.list('items').map((item) => item.text('name'));
    expect(read({ items: [{ name: 'a' }, 7, { name: 'b' }] }, names)).toEqual({
      value: ['a', 'b'],
      drift: WRONG_TYPE,
    });
    expect(read({ items: 'none' }, names)).toEqual({ value: [], drift: WRONG_TYPE });
  });

  it('ignores fields that the object only inherits', () => {
    expect(read({}, (fields) => fields.text('toString'))).toEqual({ value: null, drift: NOTHING_NOTED });
  });
});

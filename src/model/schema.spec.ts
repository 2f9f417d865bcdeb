import { describe, expect, it } from 'vitest';
import { field, listOf, number, object, oneOf, orNull, text, time, type Schema } from './schema.js';

const COLOUR = oneOf(['RED', 'BLUE'], 'Colour');
const WHEEL = object('Wheel', 'A wheel.', { size: field(number, { description: 'Its size.', minimum: 0 }) });

describe('a schema', () => {
  it.each<[string, Schema<unknown>, { good: readonly unknown[]; bad: readonly unknown[] }]>([
    ['a text', text, { good: ['', 'x'], bad: [null, undefined, 1, {}, ['x']] }],
    ['a number', number, { good: [0, -1.5], bad: [null, undefined, '1', {}] }],
    ['a word', COLOUR, { good: ['RED', 'BLUE'], bad: ['red', '', null, ['RED']] }],
    ['a text or null', orNull(text), { good: ['x', null], bad: [undefined, 1] }],
    ['a list', listOf(text), { good: [[], ['x', 'y']], bad: [null, 'x', {}, ['x', 1]] }],
    [
      'an object',
      WHEEL,
      { good: [{ size: 1 }, { size: 1, x: 2 }], bad: [null, [], 'x', {}, { size: null }] },
    ],
  ])('accepts %s, and nothing else', (_name, schema, { good, bad }) => {
    expect(good.filter((value) => !schema.check(value))).toEqual([]);
    expect(bad.filter((value) => schema.check(value))).toEqual([]);
  });

  it('accepts a time in one form only', () => {
    expect(time.check('2024-02-29T23:59:59.999Z')).toBe(true);
    const wrong = [
      '2024-02-29',
      '2024-02-29T23:59:59Z',
      '2024-02-29T23:59:59.999+00:00',
      '2024-13-01T00:00:00.000Z',
    ];
    expect(wrong.filter((value) => time.check(value))).toEqual([]);
  });

  it('says in JSON Schema what it accepts', () => {
    expect(text.json).toEqual({ type: 'string' });
    expect(orNull(time).json).toEqual({ type: ['string', 'null'], format: 'date-time' });
    expect(oneOf(['RED']).json).toEqual({ type: 'string', enum: ['RED'] });
    expect(listOf(number).json).toEqual({ type: 'array', items: { type: 'number' } });
  });

  it('refers to what has a name, and describes the field beside it', () => {
    const [wheel, colour] = ['#/components/schemas/Wheel', '#/components/schemas/Colour'];
    expect(listOf(WHEEL).json).toEqual({ type: 'array', items: { $ref: wheel } });
    expect(orNull(WHEEL).json).toEqual({ anyOf: [{ $ref: wheel }, { type: 'null' }] });
    const described = field(COLOUR, { description: 'Its colour.', example: 'RED' });
    expect(described.json).toEqual({ allOf: [{ $ref: colour }], description: 'Its colour.', example: 'RED' });
    expect(WHEEL.component).toEqual({
      type: 'object',
      description: 'A wheel.',
      properties: { size: { type: 'number', description: 'Its size.', minimum: 0 } },
      required: ['size'],
    });
  });
});

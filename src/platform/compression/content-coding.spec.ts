import { describe, expect, it } from 'vitest';
import { acceptedCodings, codingOf } from './content-coding.js';

const LARGE = 100_000;

describe('the coding of a large body', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['br', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate', 'gzip'],
    ['deflate', 'identity'],
    ['zstd', 'identity'],
    ['*', 'br'],
    ['GZIP', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.5, gzip;q=0.9', 'gzip'],
    ['br;q=0, *;q=0.1', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['identity', 'identity'],
    ['identity, gzip;q=0.5', 'identity'],
    ['identity;q=0, gzip', 'gzip'],
    ['*;q=0, gzip', 'gzip'],
    ['gzip;q=nonsense', 'identity'],
  ])('is for %p %s', (header, coding) => {
    expect(codingOf(header, LARGE)).toBe(coding);
  });
});

describe('the coding of a small body', () => {
  it.each([
    ['gzip, br', 'identity'],
    ['*', 'identity'],
    ['identity;q=0, gzip', 'gzip'],
    ['*;q=0, br', 'br'],
  ])('is for %p %s', (header, coding) => {
    expect(codingOf(header, 100)).toBe(coding);
  });
});

it.each(['identity;q=0', '*;q=0', 'deflate, *;q=0'])('%p accepts no coding', (header) => {
  expect(acceptedCodings(header)).toEqual([]);
});

import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { StandingLine } from './standing-line.js';

let line: StandingLine;
beforeEach(() => {
  jest.useFakeTimers();
  line = new StandingLine();
  line.begin();
});
afterEach(() => {
  jest.useRealTimers();
});

const WORK_MS = 8;

/** Looks at a line that is so long, every 50 ms. */
function look(...lengths: number[]): void {
  for (const length of lengths) {
    jest.advanceTimersByTime(50);
    line.look(length, length * WORK_MS);
  }
}

it('does not stand where many came at once, and no more', () => {
  look(80, 78, 79, 70, 60);
  expect(line.stands).toBe(false);
});

it('stands where ever more wait and the last of them has to for long', () => {
  look(5, 10);
  expect(line.stands).toBe(false);
  look(15);
  expect(line.stands).toBe(true);
});

it('stands where the last has to wait for very long', () => {
  look(90);
  expect(line.stands).toBe(true);
});

it('is patient until it is seen to grow, and then for a while in each second', () => {
  look(10, 20, 25, 30, 35);
  expect(line.isImpatient).toBe(false);
  look(40);
  expect(line.isImpatient).toBe(true);
  look(...Array.from({ length: 15 }, () => 5));
  expect([line.stands, line.isImpatient]).toEqual([true, true]);
  look(5, 10, 15, 20);
  expect([line.stands, line.isImpatient]).toEqual([true, false]);
  look(25);
  expect(line.isImpatient).toBe(true);
});

it('does not stand any more when it was not seen to grow', () => {
  look(10, 20, 20, 20, 20, 20);
  expect(line.stands).toBe(false);
});

it('stands when it begins anew, unless nobody was refused for a while', () => {
  look(90);
  line.noteRefusal();
  line.begin();
  expect(line.stands).toBe(true);
  jest.advanceTimersByTime(1_000);
  line.begin();
  expect(line.stands).toBe(false);
});

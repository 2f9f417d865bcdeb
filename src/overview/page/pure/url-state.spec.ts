import { describe, expect, it } from 'vitest';
import { changed, readUrlState, resourceQuery, taskQuery, writeUrlState } from './url-state.js';

const STATE = {
  verdict: 'VIOLATED,UNKNOWN',
  name: 'prod & "db"',
  status: 'FAILED',
  after: '2026-11-28T23:00:00.000Z',
};

describe('the state in the query of the page', () => {
  it('comes back as it was written', () => {
    expect(readUrlState(writeUrlState(STATE))).toEqual(STATE);
  });

  it('is written the same whatever the order of the choices', () => {
    const reversed = Object.fromEntries(Object.entries(STATE).reverse());
    expect(writeUrlState(reversed)).toBe(writeUrlState(STATE));
  });

  it('is legible where a value holds commas and times', () => {
    expect(writeUrlState({ status: 'FAILED,TIMED_OUT', after: '2026-11-28T23:00:00.000Z' })).toBe(
      '?status=FAILED,TIMED_OUT&after=2026-11-28T23:00:00.000Z',
    );
  });

  it('is an empty query where nothing is chosen', () => {
    expect(writeUrlState({})).toBe('');
    expect(writeUrlState({ name: '' })).toBe('');
  });

  it('leaves out what the page does not know, and what is empty', () => {
    expect(readUrlState('?colour=red&name=&verdict=OK&__proto__=x')).toEqual({ verdict: 'OK' });
  });
});

it('a change replaces, adds and takes back choices', () => {
  expect(changed(STATE, { verdict: 'OK', name: null, status: '', type: 'BACKUP' })).toEqual({
    verdict: 'OK',
    after: STATE.after,
    type: 'BACKUP',
  });
});

describe('the question to the API', () => {
  it('for resources has their filters only', () => {
    const query = new URLSearchParams(resourceQuery(STATE, { days: 14, timeZone: 'Europe/Berlin' }));
    expect(Object.fromEntries(query)).toEqual({
      include: 'days',
      days: '14',
      timeZone: 'Europe/Berlin',
      verdict: 'VIOLATED,UNKNOWN',
      name: 'prod & "db"',
    });
  });

  it('for tasks names the filters as the API does', () => {
    const query = taskQuery({
      ...STATE,
      taskName: 'db',
      taskSource: 'a',
      before: '2026-11-29T23:00:00.000Z',
    });
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
      status: 'FAILED',
      source: 'a',
      resourceName: 'db',
      createdAfter: STATE.after,
      createdBefore: '2026-11-29T23:00:00.000Z',
    });
    expect(taskQuery({})).toBe('');
  });
});

import { describe, expect, it } from 'vitest';
import type { Call } from '../http/call.js';
import { settingsFrom } from '../settings.js';
import { OcpGate, ocpSignature } from './ocp.js';

const NOW_MS = Date.UTC(2024, 5, 5, 7, 8, 9);
const MINUTE_MS = 60_000;
const VENDOR_KEY = { accessKey: 'cqammmxBpfGjFlto', secretKey: '2fc0c299cc94c6be266f2ceece765d4d' };

function callWith(changes: Partial<Call>): Call {
  return {
    method: 'GET',
    path: '/api/v2/ob/clusters',
    segments: [],
    query: new Map(),
    headers: {},
    headerValues: {},
    body: Buffer.alloc(0),
    client: '10.0.0.9',
    nowMs: NOW_MS,
    requestId: '',
    ...changes,
  };
}

const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;

function gate(): OcpGate {
  const { accounts } = settingsFrom({
    accounts: { ocpUsers: [{ name: 'admin', password: 'p:w' }], ocpAccessKeys: [VENDOR_KEY] },
  });
  return new OcpGate(() => accounts);
}

describe('OCP-ACCESS-KEY-HMACSHA1', () => {
  it('reproduces the published signature of a POST with x-ocp headers', () => {
    const call = callWith({
      method: 'POST',
      path: '/api/v2/compute/idcs',
      body: Buffer.from('{"name":"test01","description":"test","regionId":1}'),
      headers: {
        'content-type': 'application/json',
        date: 'Tue, 17 Jan 2023 09:13:57 GMT',
        host: 'ocp.alibaba.net:8080',
      },
      headerValues: { 'x-ocp-data': ['A', '1'] },
    });
    expect(ocpSignature(call, VENDOR_KEY.secretKey)).toBe('XN8P+O+v3vUabB16ZCooq5wMJoY=');
  });

  it('reproduces the published signature of a GET with a query', () => {
    const call = callWith({
      path: '/api/v2/compute/idcs',
      query: new Map([['size', ['100']]]),
      headers: {
        'content-type': 'application/json;charset=utf-8',
        date: 'Tue, 17 Jan 2023 04:14:02 GMT',
        host: 'ocp.alibaba.net:8080',
      },
    });
    expect(ocpSignature(call, VENDOR_KEY.secretKey)).toBe('TsQD6HDOuZuJ409m0wdnZPmijlc=');
  });

  it('joins and escapes the values of a repeated key', () => {
    const call = callWith({
      query: new Map([
        ['status', ['RUNNING', 'CREATING']],
        ['page', ['1']],
        ['size', ['10']],
      ]),
      headers: {
        'content-type': 'application/json',
        date: 'Wed, 05 Jun 2024 07:08:09 GMT',
        host: '127.0.0.1:8080',
      },
    });
    expect(ocpSignature(call, VENDOR_KEY.secretKey)).toBe('RocivElEkH8LGVVKvzMTQj0abu4=');
  });
});

describe('OcpGate', () => {
  it('accepts Basic users, also with colons in the password', () => {
    expect(gate().check(callWith({ headers: { authorization: basic('admin:p:w') } }))).toBeNull();
  });

  it('distinguishes a missing log-in from a wrong one', () => {
    expect(gate().check(callWith({}))).toBe('not-authenticated');
    expect(gate().check(callWith({ headers: { authorization: basic('admin:no') } }))).toBe('bad-credentials');
  });

  it.each([
    ['14 minutes old', 14, null],
    ['16 minutes old', 16, 'bad-credentials'],
    ['16 minutes ahead', -16, 'bad-credentials'],
  ] as const)('judges a signature %s', (_age, minutes, refusal) => {
    const date = new Date(NOW_MS - minutes * MINUTE_MS).toUTCString();
    const signature = ocpSignature(callWith({ headers: { date } }), VENDOR_KEY.secretKey);
    const authorization = `OCP-ACCESS-KEY-HMACSHA1 ${VENDOR_KEY.accessKey}:${signature}`;
    expect(gate().check(callWith({ headers: { date, authorization } }))).toBe(refusal);
  });

  it('blocks a client for 30 minutes after 20 failures in a row, and no other client', () => {
    const subject = gate();
    const wrong = { authorization: basic('admin:no') };
    const right = { authorization: basic('admin:p:w') };
    for (let attempt = 0; attempt < 20; attempt++) subject.check(callWith({ headers: wrong }));
    expect(subject.check(callWith({ headers: right }))).toBe('login-blocked');
    expect(subject.check(callWith({ headers: right, client: '10.0.0.10' }))).toBeNull();
    const later = NOW_MS + 30 * MINUTE_MS;
    expect(subject.check(callWith({ headers: right, nowMs: later - 1 }))).toBe('login-blocked');
    expect(subject.check(callWith({ headers: right, nowMs: later }))).toBeNull();
  });

  it('restarts the count of failures after a success', () => {
    const subject = gate();
    for (let attempt = 0; attempt < 19; attempt++) {
      subject.check(callWith({ headers: { authorization: basic('admin:no') } }));
    }
    subject.check(callWith({ headers: { authorization: basic('admin:p:w') } }));
    subject.check(callWith({ headers: { authorization: basic('admin:no') } }));
    expect(subject.check(callWith({ headers: { authorization: basic('admin:p:w') } }))).toBeNull();
  });
});

import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientUrl, stripBasePath } from './base-path.js';

function stripped(url: string, basePath: string): { url: string | undefined; asked: string } {
  const request = { url } as IncomingMessage;
  stripBasePath(request, basePath);
  return { url: request.url, asked: clientUrl(request) };
}

describe('the base path', () => {
  it.each([
    ['/backups/v1/tasks?a=/backups', '/v1/tasks?a=/backups'],
    ['/backups/', '/'],
    ['/backups', '/'],
    ['/backups?a=1', '/?a=1'],
    ['/backups/health/live', '/health/live'],
    ['/backups/backups', '/backups'],
    ['/health/live', '/health/live'],
  ])('is taken from %s', (url, rest) => {
    expect(stripped(url, '/backups')).toEqual({ url: rest, asked: url });
  });

  it.each([
    '/v1/tasks',
    '/',
    '/backups-2/v1/tasks',
    '/Backups/v1/tasks',
    '/%62ackups/v1/tasks',
    '*',
    '/healthy',
  ])('is missing in %s, which leads nowhere', (url) => {
    expect(stripped(url, '/backups')).toEqual({ url: '/-/outside-the-base-path', asked: url });
  });

  it('changes nothing where it is the root', () => {
    expect(stripped('/v1/tasks', '')).toEqual({ url: '/v1/tasks', asked: '/v1/tasks' });
  });
});

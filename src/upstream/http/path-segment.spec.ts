import { describe, expect, it } from '@jest/globals';
import { pathSegment } from './path-segment.js';
import { UpstreamError } from '../upstream-error.js';

describe('pathSegment', () => {
  it.each([
    ['4213d908-f5dc', '4213d908-f5dc'],
    ['a/b?c#d', 'a%2Fb%3Fc%23d'],
    ['%2e%2e', '%252e%252e'],
    ['...', '...'],
    ['\u{1f4be}', '%F0%9F%92%BE'],
  ])('encodes %j', (text, segment) => {
    expect(pathSegment(text)).toBe(segment);
    expect(new URL(`http://host/a/${segment}/b`).pathname).toBe(`/a/${segment}/b`);
  });

  it.each(['.', '..', '\ud800', 'a\udc00'])('maps %j to not found', (text) => {
    expect(() => pathSegment(text)).toThrow(new UpstreamError('NOT_FOUND'));
  });
});

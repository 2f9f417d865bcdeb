import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ANY_CHARACTER } from '../../test/support/any-character.js';
import { callTarget, encodeQuery, encodeRfc3986, pathSegment } from './call-target.js';
import { UpstreamError } from './upstream-error.js';

describe('callTarget', () => {
  it('keeps the path and the port of the endpoint', () => {
    expect(callTarget('http://proxy.example:8080/css/', '/v1.0/p', [['limit', 10]])).toEqual({
      url: 'http://proxy.example:8080/css/v1.0/p?limit=10',
      host: 'proxy.example:8080',
      path: '/css/v1.0/p',
      query: 'limit=10',
    });
  });

  it("names no port in the host where it is the scheme's own", () => {
    expect(callTarget('https://css.example:443', '/v1.0/p', []).host).toBe('css.example');
  });

  it('removes a user name and a password from the endpoint', () => {
    expect(callTarget('http://user:secret@ocp.example', '/api', []).url).toBe('http://ocp.example/api');
  });

  it('is unchanged after the URL is parsed', () => {
    const text = fc.string({ unit: ANY_CHARACTER });
    fc.assert(
      fc.property(text, fc.array(fc.tuple(text, text)), (segment, query) => {
        const path = `/a/${encodeRfc3986(segment)}b`;
        const target = callTarget('http://upstream.example', path, query);
        const url = new URL(target.url);
        expect(url.href).toBe(target.url);
        expect(url.pathname).toBe(target.path);
        expect(url.search.slice(1)).toBe(target.query);
      }),
    );
  });
});

describe('encodeQuery', () => {
  it('sorts by key, then value', () => {
    const query = [
      ['b', 2],
      ['a', 'z'],
      ['a', 'y'],
    ] as const;
    expect(encodeQuery(query)).toBe('a=y&a=z&b=2');
  });

  it('decodes to its input', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key }), (query) => {
        const sent = [...new URLSearchParams(encodeQuery(query))];
        expect(new Map(sent)).toEqual(new Map(query));
      }),
    );
  });
});

describe('encodeRfc3986', () => {
  it('leaves the unreserved characters only', () => {
    expect(encodeRfc3986("aZ09-_.~ !'()*+/:测")).toBe('aZ09-_.~%20%21%27%28%29%2A%2B%2F%3A%E6%B5%8B');
  });

  it('replaces half a surrogate pair instead of failing', () => {
    expect(encodeRfc3986('a\ud800b')).toBe('a%EF%BF%BDb');
  });
});

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

  it.each(['.', '..', '\ud800', 'a\udc00'])('calls %j not found', (text) => {
    expect(() => pathSegment(text)).toThrow(new UpstreamError('NOT_FOUND'));
  });
});

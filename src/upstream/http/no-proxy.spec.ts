import { describe, expect, it } from 'vitest';
import { isException } from './no-proxy.js';

const covered = (url: string, ...entries: string[]): boolean => isException(new URL(url), entries);

describe('isException', () => {
  it.each([
    ['https://css.example.com', 'css.example.com'],
    ['https://css.example.com', 'example.com'],
    ['https://css.example.com', '.example.com'],
    ['https://example.com', '.example.com'],
    ['https://css.example.com', '*.example.com'],
    ['https://CSS.Example.com.', 'css.EXAMPLE.com.'],
    ['https://css.example.com', '*'],
    ['https://css.example.com', 'example.com:443'],
    ['http://css.example.com', 'example.com:80'],
    ['http://css.example.com:8080', 'example.com:8080'],
    ['http://10.1.2.3', '10.1.2.3'],
    ['http://10.1.2.3:8080', '10.0.0.0/8'],
    ['http://10.1.2.3:8080', '10.1.2.3:8080'],
    ['http://[fd00::1]:8080', 'fd00::1'],
    ['http://[fd00::1]:8080', 'fd00:0:0:0:0:0:0:1'],
    ['http://[fd00::1]:8080', '[fd00::1]:8080'],
    ['http://[fd00::1]:8080', 'fd00::/8'],
    ['http://127.0.0.1', '127.0.0.0/8'],
  ])('covers %s by %s', (url, entry) => {
    expect(covered(url, 'other.example', entry)).toBe(true);
  });

  it.each([
    ['https://notexample.com', 'example.com'],
    ['https://example.com.evil.example', 'example.com'],
    ['https://css.example.com', 'example.com:80'],
    ['http://css.example.com:8080', 'example.com:80'],
    ['http://11.1.2.3', '10.0.0.0/8'],
    ['http://10.1.2.3', '10.0.0.0/33'],
    ['http://10.1.2.3', '10.0.0.0/x'],
    ['http://10.1.2.3', '2.3'],
    ['http://[fe80::1]', 'fd00::/8'],
    ['http://[fd00::1]:8080', '[fd00::1]:80'],
    ['https://css.example.com', '10.0.0.0/8'],
    ['https://css.example.com', '.'],
    ['https://css.example.com', ''],
  ])('does not cover %s by %s', (url, entry) => {
    expect(covered(url, entry)).toBe(false);
  });

  it('covers nothing without entries', () => {
    expect(covered('https://css.example.com')).toBe(false);
  });
});

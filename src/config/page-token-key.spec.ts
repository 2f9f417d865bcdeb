import { describe, expect, it } from 'vitest';
import { pageTokenKey } from './page-token-key.js';

const SECRET = '0123456789abcdef';

describe('the page token key', () => {
  it('is made from the secret only, so that it is the same after a restart', () => {
    expect(pageTokenKey(SECRET)).toHaveLength(32);
    expect(pageTokenKey(SECRET)).toEqual(pageTokenKey(SECRET));
    expect(pageTokenKey(`${SECRET}0`)).not.toEqual(pageTokenKey(SECRET));
  });

  it('is random without a secret', () => {
    expect(pageTokenKey(null)).toHaveLength(32);
    expect(pageTokenKey(null)).not.toEqual(pageTokenKey(null));
  });
});

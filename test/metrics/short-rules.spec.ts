import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RULES } from './rules.js';
import { shortenRules } from './short-rules.js';

describe('shortenRules', () => {
  const shipped = readFileSync(RULES, 'utf8');
  const short = shortenRules(shipped);

  it('shortens each time', () => {
    expect(short).not.toMatch(/^ +(?:keep_firing_)?for: \d+[mh]$|\[\d+[mh]\]/m);
    expect(short).toMatch(/_age_seconds.* > 30$/m);
    expect(short).toContain(' for: 15s');
    expect(short).toContain(' keep_firing_for: 30s');
    expect(short).toContain('[60s]');
  });

  it('changes nothing else', () => {
    const withoutTimes = (rules: string): string =>
      rules.replaceAll(/(for: |\[)\d+[smh]/g, '$1').replaceAll(/> \d+$/gm, '>');
    expect(withoutTimes(short)).toBe(withoutTimes(shipped));
  });
});

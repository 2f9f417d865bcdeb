import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Campaign } from './campaign.js';
import { TARGETS } from './targets.js';

/** The long form is `npm run test:fuzz`. */
const INPUTS = 500;
const SEED = 20_260_601;

it('fuzzes every provider', () => {
  const entries = readdirSync('src/providers', { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(Object.keys(TARGETS).sort()).toEqual(folders.sort());
});

describe.each(Object.keys(TARGETS))('random answers of %s', (provider) => {
  it('become tasks that match the contract, or a failure of the closed set', async () => {
    const campaign = new Campaign(provider, SEED);
    expect(await campaign.run(INPUTS)).toBeNull();
    expect(campaign.figures).toMatchObject({ inputs: INPUTS });
    // Were all inputs refused, nothing would have been shown.
    expect(campaign.figures.accepted).toBeGreaterThan(INPUTS / 4);
    expect(campaign.figures.droppedRows).toBeGreaterThan(0);
  });
});

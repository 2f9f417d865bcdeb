import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStillSimulator, type StillSimulator } from '../../../test/support/still-simulator.js';
import { FAULT_KINDS, type FaultKind } from './fault.js';

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => setup.simulator.stop());

describe('the catalogue', () => {
  it.each(FAULT_KINDS)('describes in the README what %s does', (kind) => {
    expect(readFileSync('src/simulator/README.md', 'utf8')).toMatch(new RegExp(`^\\| .*\`${kind}\``, 'm'));
  });
});

describe('a bounded fault', () => {
  it.each(FAULT_KINDS)('%s leaves the calls for other feeds alone', async (kind) => {
    await setup.simulator.setFault('cbr', { kind, only: 'another' });
    expect((await setup.ask('cbr')).status).toBe(200);
  });

  it('applies to one feed only', async () => {
    await setup.simulator.setFault('css', { kind: 'error-500', only: 'clusters' });
    expect((await setup.ask('css')).status).toBe(200);
    expect((await setup.askClusters('css')).status).toBe(500);
  });

  it('ends after so many calls', async () => {
    await setup.simulator.setFault('cbr', { kind: 'error-500', times: 2 });
    const statuses: number[] = [];
    for (let call = 0; call < 3; call++) statuses.push((await setup.ask('cbr')).status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  it('applies to the call that it is set for', async () => {
    await setup.simulator.setFault('cbr', [
      { kind: 'error-500', at: 2 },
      { kind: 'forbidden', every: 3 },
    ]);
    const statuses: number[] = [];
    for (let call = 0; call < 4; call++) statuses.push((await setup.ask('cbr')).status);
    expect(statuses).toEqual([200, 500, 403, 200]);
  });

  it('can be set directly, except for refuse', async () => {
    const kind: FaultKind = 'forbidden';
    setup.simulator.settings.faults.cce = kind;
    expect((await setup.ask('cce')).status).toBe(403);
  });
});

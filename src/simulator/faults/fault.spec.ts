import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStillSimulator, type Stage } from '../../../test/support/still-simulator.js';
import { FAULT_KINDS, type FaultKind } from './fault.js';

let stage: Stage;
beforeEach(async () => {
  stage = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => stage.simulator.stop());

describe('the catalogue', () => {
  it.each(FAULT_KINDS)('tells in the README what %s does', (kind) => {
    expect(readFileSync('src/simulator/README.md', 'utf8')).toMatch(new RegExp(`^\\| .*\`${kind}\``, 'm'));
  });
});

describe('a bounded fault', () => {
  it.each(FAULT_KINDS)('%s leaves the calls for other feeds alone', async (kind) => {
    await stage.simulator.setFault('cbr', { kind, only: 'another' });
    expect((await stage.ask('cbr')).status).toBe(200);
  });

  it('meets one feed only', async () => {
    await stage.simulator.setFault('css', { kind: 'error-500', only: 'clusters' });
    expect((await stage.ask('css')).status).toBe(200);
    expect((await stage.askClusters('css')).status).toBe(500);
  });

  it('passes after so many calls', async () => {
    await stage.simulator.setFault('cbr', { kind: 'error-500', times: 2 });
    const statuses: number[] = [];
    for (let call = 0; call < 3; call++) statuses.push((await stage.ask('cbr')).status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  it('comes at the call that it is set for', async () => {
    await stage.simulator.setFault('cbr', [
      { kind: 'error-500', at: 2 },
      { kind: 'forbidden', every: 3 },
    ]);
    const statuses: number[] = [];
    for (let call = 0; call < 4; call++) statuses.push((await stage.ask('cbr')).status);
    expect(statuses).toEqual([200, 500, 403, 200]);
  });

  it('may be set directly, but for refuse', async () => {
    const kind: FaultKind = 'forbidden';
    stage.simulator.settings.faults.cce = kind;
    expect((await stage.ask('cce')).status).toBe(403);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReadFeed } from '@/model/provider.js';
import { CANARIES } from '@/simulator/canaries.js';
import { FAULT_KINDS } from '@/simulator/faults/fault.js';
import { PROVIDER_SETUPS, setupOf } from './provider-setups.js';
import { documentedRow } from './documented-rows.js';
import { openWorkplace, rowsOf, type Workplace } from './reading.js';

const ROW_FAULT_KINDS = FAULT_KINDS.filter((kind) => kind.startsWith('rows-'));

type Row = Readonly<Record<string, unknown>>;

/** By provider, every word of a row that is mapped: where it stands, and the row with another one there. */
const MAPPED: Readonly<Record<string, readonly [field: string, kind: string, row: (word: string) => Row][]>> =
  {
    'huawei-css': [
      ['status', 'unknownStatus', (status) => ({ status })],
      ['jobTypes', 'unknownTrigger', (jobTypes) => ({ jobTypes })],
    ],
    'huawei-cbr': [
      ['status', 'unknownStatus', (status) => ({ status })],
      ['operation_type', 'unknownType', (operation_type) => ({ operation_type })],
    ],
    'huawei-cce': [
      ['status.phase', 'unknownStatus', (phase) => ({ status: { phase } })],
      ['spec.items[].type', 'unknownType', (type) => ({ spec: { items: [{ type }] } })],
      ['spec.items[].status', 'unknownStatus', (status) => ({ spec: { items: [{ status }] } })],
    ],
    'oceanbase-ocp': [['status', 'unknownStatus', (status) => ({ status })]],
  };

describe.each(Object.keys(PROVIDER_SETUPS))('%s', (provider) => {
  const { row, inner } = documentedRow(provider);
  let place: Workplace;

  beforeAll(async () => {
    place = await openWorkplace(provider);
  });

  beforeEach(async () => {
    place.stock.fill(0);
    await place.simulator.setFault(setupOf(provider).upstream, null);
  });

  afterAll(async () => {
    await place.close();
  });

  async function read(): Promise<ReadFeed> {
    const { result } = await place.read({});
    rowsOf(result);
    return result as ReadFeed;
  }

  it('knows every field of a row that its vendor documents', async () => {
    place.stock.addVerbatim(row);
    const { rows, truncation, drift, driftExamples } = await read();
    expect([rows.length, truncation, drift, driftExamples]).toEqual([1, null, {}, {}]);
  });

  it('counts a row with fields that are not documented once, and shows the name of one, not its value', async () => {
    place.stock.addVerbatim({ ...row, tape_library: 'secret', robot_arm: 7 });
    const { drift, driftExamples } = await read();
    expect(drift).toEqual({ unknownField: 1 });
    expect(driftExamples).toEqual({ unknownField: { field: 'tape_library', found: 'string' } });
  });

  it.each(MAPPED[provider] ?? [])('counts an unknown word at %s as %s', async (field, kind, change) => {
    place.stock.addVerbatim({ ...row, ...change('ENTANGLED') });
    const { rows, drift, driftExamples } = await read();
    expect([rows.length, drift]).toEqual([1, { [kind]: 1 }]);
    expect(driftExamples).toEqual({ [kind]: { field, found: 'ENTANGLED' } });
  });

  it('checks the fields of nested objects that it reads', async () => {
    if (inner === null) return;
    const within = { ...(row as Record<string, object>)[inner], tape_library: null };
    place.stock.addVerbatim({ ...row, [inner]: within });
    expect((await read()).driftExamples).toEqual({
      unknownField: { field: `${inner}.tape_library`, found: 'null' },
    });
  });

  it('reports that rows were left out, and counts equal ones once', async () => {
    place.stock.fill(5);
    for (const bad of [null, 'text', { tape_library: 1 }, null, { tape_library: 1 }]) {
      place.stock.addVerbatim(bad);
    }
    const { rows, truncation, coveredSince, drift } = await read();
    expect({ rows: rows.length, truncation, coveredSince }).toEqual({
      ...{ rows: 5, truncation: 'MALFORMED', coveredSince: null },
    });
    expect(drift).toEqual({ droppedRow: 3, unknownField: 1 });
  });

  it('fails if none of its rows can be identified', async () => {
    for (const bad of [null, {}, { uuid: 'x' }]) place.stock.addVerbatim(bad);
    expect((await place.read({})).result).toMatchObject({ failure: { reason: 'MALFORMED' } });
  });

  it.each(ROW_FAULT_KINDS)(
    'shows an example of each kind of drift and no text of the upstream: %s',
    async (kind) => {
      place.stock.fill(40);
      await place.simulator.setFault(setupOf(provider).upstream, kind);
      const { result } = await place.read({});
      if (result.outcome === 'failed') return;
      const { drift, driftExamples } = result;
      expect(Object.keys(driftExamples).sort()).toEqual(Object.keys(drift).sort());
      const text = JSON.stringify(driftExamples);
      expect(text.length).toBeLessThan(1000);
      for (const canary of CANARIES) expect(text).not.toContain(canary);
    },
  );

  it('treats null in place of the list as no rows only where no total contradicts', async () => {
    const { upstream } = setupOf(provider);
    await place.simulator.setFault(upstream, 'list-null');
    expect(await read()).toMatchObject({ rows: [], truncation: null });
    place.stock.fill(5);
    const { result } = await place.read({});
    expect(result).toMatchObject(
      upstream === 'cce' ? { rows: [] } : { outcome: 'failed', failure: { reason: 'MALFORMED' } },
    );
  });
});

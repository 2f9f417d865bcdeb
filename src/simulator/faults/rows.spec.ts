import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CANARIES } from '../canaries.js';
import { openStillSimulator, rowsIn, type StillSimulator } from '../../../test/support/still-simulator.js';
import type { FaultKind } from './fault.js';

const FEEDS = ['css', 'cbr', 'cce', 'ocp'] as const;
type Row = Record<string, unknown>;

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => setup.simulator.stop());

/** The fields within a row by their places, outermost first. */
function fieldsOf(value: unknown, place = ''): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fields;
  for (const [name, field] of Object.entries(value)) {
    fields.set(`${place}/${name}`, field);
    for (const [inner, innerField] of fieldsOf(field, `${place}/${name}`)) fields.set(inner, innerField);
  }
  return fields;
}

const typeOf = (value: unknown): string =>
  Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;

describe.each(FEEDS)('the rows of %s', (name) => {
  /** The right rows, and those that come under a fault that hits every row unless told otherwise. */
  async function under(kind: FaultKind, rowStep = 1): Promise<{ right: Row[]; wrong: Row[] }> {
    const right = rowsIn(await setup.ask(name)) as Row[];
    expect(right.length).toBeGreaterThan(4);
    await setup.simulator.setFault(name, { kind, rowStep });
    const answer = await setup.ask(name);
    expect(answer.status).toBe(200);
    return { right, wrong: rowsIn(answer) as Row[] };
  }

  it.each(['rows-missing-fields', 'rows-null-fields', 'rows-wrong-types'] as const)(
    '%s: each lacks the right value of another field',
    async (kind) => {
      const { right, wrong } = await under(kind);
      const hit = new Set<string>();
      for (const [index, row] of wrong.entries()) {
        const [before, after] = [fieldsOf(right[index]), fieldsOf(row)];
        const [place] = [...before.keys()].filter(
          (field) =>
            JSON.stringify(before.get(field)) !== JSON.stringify(after.get(field)) &&
            !isOuter(field, before, after),
        );
        if (place === undefined) continue;
        hit.add(place);
        if (kind === 'rows-missing-fields') expect(after.has(place)).toBe(false);
        if (kind === 'rows-null-fields') expect(after.get(place)).toBeNull();
        if (kind === 'rows-wrong-types') expect(typeOf(after.get(place))).not.toBe(typeOf(before.get(place)));
      }
      expect(hit.size).toBeGreaterThanOrEqual(Math.min(right.length, 5));
    },
  );

  /** Whether a field differs only because a field within it does. */
  function isOuter(field: string, before: Map<string, unknown>, after: Map<string, unknown>): boolean {
    const isObject = (value: unknown): boolean => typeOf(value) === 'object';
    return (
      isObject(before.get(field)) &&
      isObject(after.get(field)) &&
      [...before.keys()].some((inner) => inner.startsWith(`${field}/`) && inner !== field)
    );
  }

  it('rows-unknown-statuses: no status is a known word', async () => {
    const { wrong, right } = await under('rows-unknown-statuses');
    const statusOf = ({ status }: Row): unknown => (status as { phase?: unknown }).phase ?? status;
    const known = new Set(right.map(statusOf));
    for (const row of wrong) expect(known).not.toContain(statusOf(row));
    expect(new Set(wrong.map(statusOf)).size).toBeGreaterThan(3);
  });

  it('rows-unknown-types: no type or kind is a known word', async () => {
    const { wrong, right } = await under('rows-unknown-types');
    const typesOf = ({ jobTypes, operation_type, backupMode, kind }: Row): unknown =>
      jobTypes ?? operation_type ?? backupMode ?? kind;
    const known = new Set(right.map(typesOf));
    for (const row of wrong) expect(known).not.toContain(typesOf(row));
  });

  it('rows-unreadable-times: no time of any row is left, and nothing else changes', async () => {
    const { right, wrong } = await under('rows-unreadable-times');
    const changed = new Set<string>();
    for (const [index, row] of wrong.entries()) {
      const after = fieldsOf(row);
      for (const [field, value] of fieldsOf(right[index])) {
        const isWhole = !['object', 'list'].includes(typeOf(value));
        if (isWhole && value !== after.get(field)) changed.add(field.split('/').at(-1) ?? '');
      }
    }
    expect([...changed].toSorted()).toEqual(
      {
        css: ['createAt', 'finishedAt'],
        cbr: ['created_at', 'ended_at', 'started_at', 'updated_at'],
        cce: ['completionTime', 'creationTimestamp', 'updateTimestamp'],
        ocp: ['checkpoint', 'createTime', 'modifyTime'],
      }[name],
    );
  });

  it('rows-extra-fields: the right rows, with fields that nobody knows', async () => {
    const { right, wrong } = await under('rows-extra-fields');
    expect(wrong).toMatchObject(right);
    for (const row of wrong)
      expect(row).toMatchObject({ newNumber: 1e308, newNothing: null, '': expect.anything() });
    for (const canary of CANARIES) expect(JSON.stringify(wrong)).toContain(canary);
  });

  it('rows-duplicated: each comes twice in a row', async () => {
    const { right, wrong } = await under('rows-duplicated');
    expect(wrong).toEqual(right.flatMap((row) => [row, row]));
  });

  it('rows-no-objects: no row is an object', async () => {
    const { right, wrong } = await under('rows-no-objects');
    expect(wrong).toHaveLength(right.length);
    for (const row of wrong as unknown[]) expect(typeOf(row)).not.toBe('object');
  });

  it('rows-long-texts: four have a text of a mebibyte and more', async () => {
    const { right, wrong } = await under('rows-long-texts');
    const sizes = wrong.map((row, index) => JSON.stringify(row).length - JSON.stringify(right[index]).length);
    expect(sizes).toEqual(right.map((_, index) => (index < 4 ? 1024 * 1024 : 0)));
  });

  it('rows-deep: four nest 10,000 levels deep', async () => {
    await setup.simulator.setFault(name, { kind: 'rows-deep', rowStep: 1 });
    const { text, json } = await setup.ask(name);
    expect(json).toBeDefined();
    expect(text.split('['.repeat(10_000) + ']'.repeat(10_000))).toHaveLength(5);
  });

  it('rows-proto-keys: keys with a meaning in JavaScript are fields of the row', async () => {
    const { right, wrong } = await under('rows-proto-keys');
    for (const [index, row] of wrong.entries()) {
      expect(Object.keys(row)).toEqual(
        expect.arrayContaining(['__proto__', 'constructor', 'hasOwnProperty']),
      );
      expect(Object.keys(row)).toEqual(expect.arrayContaining(Object.keys(right[index] ?? {})));
    }
  });

  it('are changed at a given interval, from the first on, every second by default', async () => {
    const { right, wrong } = await under('rows-no-objects', 3);
    const isHit = (rows: readonly unknown[]): boolean[] =>
      rows.map((row, index) => row !== right[index] && typeOf(row) !== 'object');
    expect(isHit(wrong)).toEqual(right.map((_, index) => index % 3 === 0));
    await setup.simulator.setFault(name, 'rows-no-objects');
    expect(isHit(rowsIn(await setup.ask(name)))).toEqual(right.map((_, index) => index % 2 === 0));
  });
});

describe('row faults', () => {
  it.each(['css', 'cce', 'ocp'] as const)('change the clusters of %s too', async (name) => {
    const right = rowsIn(await setup.askClusters(name));
    await setup.simulator.setFault(name, { kind: 'rows-duplicated', only: 'clusters' });
    expect(rowsIn(await setup.askClusters(name))).toHaveLength(right.length + Math.ceil(right.length / 2));
  });

  it('change nothing in an answer without rows', async () => {
    await setup.simulator.setFault('iam', 'rows-no-objects');
    expect((await setup.ask('iam')).json).toMatchObject({ token: { methods: ['password'] } });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UPSTREAM_NAMES } from '../settings.js';
import { openStillSimulator, rowsIn, type StillSimulator } from '../../../test/support/still-simulator.js';

/** The body's list by its name, and what stands around it. */
const LISTS = { css: 'clusterLogRecord', cbr: 'operation_logs', cce: 'items', ocp: 'contents' } as const;
const WITH_LISTS = ['css', 'cbr', 'cce', 'ocp'] as const;

let setup: StillSimulator;
beforeEach(async () => {
  setup = await openStillSimulator(Date.UTC(2026, 5, 1));
});
afterEach(() => setup.simulator.stop());

describe.each(UPSTREAM_NAMES)('the structure of an answer of %s', (name) => {
  it('wrong-shape is valid JSON without any list and without a token', async () => {
    await setup.simulator.setFault(name, 'wrong-shape');
    const answer = await setup.ask(name);
    expect(answer.json).toBeDefined();
    expect(answer.text).not.toContain('[]');
    expect(answer.text).not.toContain('[{');
    expect(answer.headers['x-subject-token']).toBeUndefined();
  });

  it.each([
    ['json-null', /^null$/],
    ['json-text', /^"OK .*"$/],
    ['json-number', /^200$/],
    ['json-list', /^\[\{.*\}\]$/],
    ['json-empty-object', /^\{\}$/],
  ] as const)('%s is a success', async (kind, text) => {
    await setup.simulator.setFault(name, kind);
    const answer = await setup.ask(name);
    expect([200, 201]).toContain(answer.status);
    expect(answer.json).toBeDefined();
    expect(answer.text).toMatch(text);
  });

  it('deep-envelope is JSON that nests 10,000 levels deep beside the right rows', async () => {
    const right = await setup.ask(name);
    await setup.simulator.setFault(name, 'deep-envelope');
    const answer = await setup.ask(name);
    expect(answer.text).toContain('['.repeat(10_000) + ']'.repeat(10_000));
    expect(rowsIn(answer)).toEqual(rowsIn(right));
  });

  it('proto-envelope has keys with a meaning in JavaScript, and the right rows', async () => {
    const right = await setup.ask(name);
    await setup.simulator.setFault(name, 'proto-envelope');
    const answer = await setup.ask(name);
    expect(Object.keys(answer.json as object)).toEqual(
      expect.arrayContaining(['__proto__', 'constructor', 'toJSON', ...Object.keys(right.json as object)]),
    );
    expect(rowsIn(answer)).toEqual(rowsIn(right));
  });
});

describe.each(WITH_LISTS)('the list of %s', (name) => {
  async function listUnder(
    kind: 'list-missing' | 'list-null' | 'list-as-text' | 'list-as-object',
  ): Promise<unknown> {
    await setup.simulator.setFault(name, kind);
    const { json } = await setup.ask(name);
    const { data, ...body } = json as Record<string, unknown>;
    return { ...body, ...(data as object) }[LISTS[name]];
  }

  it('is missing, null, a text, or an object of the right rows', async () => {
    const right = rowsIn(await setup.ask(name));
    expect(right).not.toEqual([]);
    expect(await listUnder('list-missing')).toBeUndefined();
    expect(await listUnder('list-null')).toBeNull();
    expect(await listUnder('list-as-text')).toEqual(expect.any(String));
    expect(await listUnder('list-as-object')).toEqual(Object.fromEntries(right.entries()));
  });
});

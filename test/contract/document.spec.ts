import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '@/platform/problem/api-problem.js';
import { FAILURE_REASONS } from '@/model/failure.js';
import { GROUP_FIELDS } from '@/model/summary.js';
import { TASK_STATUSES, TASK_TRIGGERS, TASK_TYPES } from '@/model/task.js';
import {
  answersOf,
  DOCUMENT,
  itemsOf,
  OPERATIONS,
  openValidatorAt,
  operationOf,
  validatorAt,
  type Operation,
  type Parameter,
  type Schema,
} from '../support/document.js';
import { faultsIn, makeClientTypes } from './client-types.js';

const OPERATION_LIST = [...OPERATIONS.values()];
const PROBLEM = 'application/problem+json';
const OBJECTS = Object.entries(DOCUMENT.components.schemas).filter(([, { type }]) => type === 'object');

/** Every object inside a value, with the way to it. */
function* objectsIn(value: unknown, way = ''): Generator<readonly [string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [way, value as Record<string, unknown>];
  for (const [key, inner] of Object.entries(value)) yield* objectsIn(inner, `${way}/${key}`);
}

/** What a linter of OpenAPI documents finds in one; the one inside the maker of client types is used. */
async function faultsOf(document: unknown): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-'));
  const file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const outcome = await makeClientTypes(file, join(folder, 'api.ts'));
  rmSync(folder, { recursive: true });
  return faultsIn(outcome);
}

function changed(change: (document: { paths: Record<string, { get: Record<string, unknown> }> }) => void) {
  const copy = structuredClone(DOCUMENT) as unknown as Parameters<typeof change>[0];
  change(copy);
  return copy;
}

describe('the document', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(DOCUMENT.openapi).toBe('3.1.0');
    expect(await faultsOf(DOCUMENT)).toEqual([]);
  });

  it('is invalid with an unknown field, without a description, with a duplicate id, or with a broken reference', async () => {
    const faulty = changed(({ paths }) => {
      Object.assign(paths['/v1/tasks']?.get ?? {}, { colour: 'red' });
      delete paths['/v1/sources']?.get.description;
      Object.assign(paths['/v1/providers']?.get ?? {}, { operationId: 'getTask' });
      const nowhere = { 200: { $ref: '#/components/schemas/None' } };
      Object.assign(paths['/metrics']?.get ?? {}, { responses: nowhere });
    });
    const faults = (await faultsOf(faulty)).join('\n');
    expect(faults).toMatch(/`colour` is not expected/);
    expect(faults).toMatch(/should contain `description`/);
    expect(faults).toMatch(/unique `operationId`/);
    expect(faults).toMatch(/resolve \$ref/);
  });

  it('has a unique id and a described tag for every operation', () => {
    expect([...OPERATIONS.keys()].sort()).toEqual([
      'getLiveness',
      'getMetrics',
      'getProtection',
      'getReadiness',
      'getResource',
      'getSource',
      'getTask',
      'listProviders',
      'listResources',
      'listSources',
      'listTasks',
      'summarizeTasks',
    ]);
    expect(OPERATION_LIST).toHaveLength(Object.keys(DOCUMENT.paths).length);
    const tags = DOCUMENT.tags.map(({ name }) => name);
    for (const { operation } of OPERATION_LIST)
      expect(tags).toEqual(expect.arrayContaining([...operation.tags]));
  });

  it('has an error answer for every operation, and each is a problem', () => {
    for (const { path, operation } of OPERATION_LIST) {
      const errors = answersOf(path, operation).filter(
        ({ answer }) => answer.content?.[PROBLEM] !== undefined,
      );
      expect(errors.length).toBeGreaterThan(0);
      for (const { answer } of errors) {
        expect(answer.content?.[PROBLEM]?.schema).toEqual({ $ref: '#/components/schemas/Problem' });
      }
    }
  });

  it('has no empty contact, and says that calls need no credentials', () => {
    expect(DOCUMENT.info).not.toHaveProperty('contact');
    expect(DOCUMENT.security).toEqual([]);
  });

  it('has a version, and says how it evolves', () => {
    expect(DOCUMENT.info.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(DOCUMENT.info.description).toMatch(/`info\.version` follows semantic versioning/);
  });

  it('describes each operation in a text that begins with what the call does', () => {
    for (const { operation } of OPERATION_LIST) {
      expect(operation.description).toMatch(/^(Lists|Gives|Tells) .{20,}/);
    }
    const beginnings = OPERATION_LIST.map(({ operation }) => operation.description.slice(0, 30));
    expect(new Set(beginnings).size).toBe(OPERATION_LIST.length);
    expect(operationOf('listSources').operation.description).toMatch(/^Lists all configured sources /);
    expect(operationOf('getSource').operation.description).toMatch(/^Gives one source by its configured id/);
  });

  it.each(Object.entries(DOCUMENT.components.schemas).filter(([, { type }]) => type === 'object'))(
    'describes %s and each of its fields',
    (_name, { description, properties = {} }) => {
      expect(description).toMatch(/\.$/);
      for (const [field, schema] of Object.entries(properties)) {
        const isDescribed = schema.description !== undefined || JSON.stringify(schema).includes('"$ref"');
        expect({ field, isDescribed }).toEqual({ field, isDescribed: true });
      }
    },
  );

  it('has its keys in alphabetical order, so that differences are easy to read', () => {
    for (const [way, object] of objectsIn(DOCUMENT)) {
      expect({ way, keys: Object.keys(object) }).toEqual({
        way,
        keys: sortedAsNumbersFirst(Object.keys(object)),
      });
    }
  });

  it('says in JSON Schema what may be null', () => {
    for (const [way, object] of objectsIn(DOCUMENT)) {
      expect({ way, nullable: object.nullable }).toEqual({ way, nullable: undefined });
    }
  });

  it('declares whole numbers as integers', () => {
    const types: Record<string, unknown> = {};
    for (const [way, { type }] of objectsIn(DOCUMENT.components.schemas)) {
      const words = [type].flat();
      if (words.includes('number') || words.includes('integer')) types[way.split('/').at(-1) ?? ''] = type;
    }
    expect(types).toEqual({
      NOT_EXPECTED: 'integer',
      OK: 'integer',
      UNKNOWN: 'integer',
      VIOLATED: 'integer',
      consecutiveFailures: 'integer',
      failed: 'integer',
      medianDurationSeconds: ['number', 'null'],
      overdueSeconds: ['number', 'null'],
      ageSeconds: ['number', 'null'],
      calls: 'integer',
      count: 'integer',
      droppedRow: 'integer',
      durationSeconds: ['number', 'null'],
      httpStatus: ['integer', 'null'],
      resourceCount: ['integer', 'null'],
      lagSeconds: ['number', 'null'],
      median: ['number', 'null'],
      p95: ['number', 'null'],
      perSeconds: 'number',
      progressPercent: ['number', 'null'],
      remaining: 'integer',
      status: 'integer',
      taskCount: 'integer',
      totalSize: 'integer',
      unknownField: 'integer',
      unknownStatus: 'integer',
      unknownTrigger: 'integer',
      unknownType: 'integer',
      unreadableTime: 'integer',
      upstreamCalls: 'integer',
      withWarnings: 'integer',
      wrongType: 'integer',
    });
  });

  it('gives every number its format', () => {
    const numbers = [...objectsIn(DOCUMENT)].filter(([, { type }]) =>
      [type].flat().some((word) => word === 'number' || word === 'integer'),
    );
    expect(numbers.length).toBeGreaterThan(15);
    for (const [way, { type, format }] of numbers) {
      const formats = [type].flat().includes('integer') ? ['int32', 'int64'] : ['double'];
      expect({ way, known: formats.includes(format as string) }).toEqual({ way, known: true });
    }
  });

  it('gives every time its format', () => {
    const times = [...objectsIn(DOCUMENT)].filter(
      ([way]) => /properties\/(\w+Time|\w+Since)$/.test(way) && !/\/Drift(Examples)?\//.test(way),
    );
    expect(times.length).toBeGreaterThan(8);
    for (const [way, schema] of times) expect({ way, ...schema }).toMatchObject({ way, format: 'date-time' });
  });

  it('leaves providers and sources open, so that a new one breaks no client', () => {
    for (const [way, schema] of objectsIn(DOCUMENT)) {
      if (/\/properties\/(provider|source)$/.test(way)) expect(schema).toMatchObject({ type: 'string' });
      if (/\/properties\/(provider|source)$/.test(way)) expect(schema).not.toHaveProperty('enum');
    }
    for (const name of ['provider', 'source'])
      expect(itemsOf(queryParameter(name))).not.toHaveProperty('enum');
  });

  it.each(OBJECTS)('has every field in each example of %s', (name, schema) => {
    const optional: Record<string, readonly string[]> = {
      Task: ['raw'],
      Problem: ['errors', 'problems'],
      Health: ['configuration', 'degraded'],
      Resource: ['days'],
      SummaryKey: [...GROUP_FIELDS],
    };
    const always = Object.keys(schema.properties ?? {}).filter((field) => !optional[name]?.includes(field));
    expect([...(schema.required ?? [])].sort()).toEqual(always.sort());
  });

  it('leaves every list of words in answers open, and says so', () => {
    const words: Record<string, readonly unknown[]> = {};
    for (const [way, schema] of objectsIn(DOCUMENT.components)) {
      expect({ way, enum: schema.enum }).toEqual({ way, enum: undefined });
      if (!Array.isArray(schema['x-extensible-enum'])) continue;
      words[way] = schema['x-extensible-enum'];
      expect(words[way]).not.toContain(null);
      expect(schema.description).toMatch(/More words may be added: accept words that are not listed\.$/);
    }
    expect(words['/schemas/TaskStatus']).toEqual([...TASK_STATUSES]);
    expect(words['/schemas/TaskType']).toEqual([...TASK_TYPES]);
    expect(words['/schemas/Task/properties/trigger']).toEqual([...TASK_TRIGGERS]);
    expect(words['/schemas/FeedProblem/properties/reason']).toEqual([...FAILURE_REASONS]);
    expect(DOCUMENT.info.description).toMatch(/must take words that are not in an\s`x-extensible-enum`/);
  });

  it('accepts a page with words of a later version', () => {
    const { value } = examplesOf('/v1/tasks', operationOf('listTasks').operation).find(
      ({ name }) => name === 'partial',
    ) as { value: { tasks: object[]; completeness: { problems: object[] } } };
    const page = structuredClone(value);
    Object.assign(page.tasks[0] ?? {}, { type: 'VERIFY', status: 'ARCHIVED', trigger: 'EVENT' });
    Object.assign(page.completeness.problems[0] ?? {}, { state: 'PARTIAL', reason: 'QUOTA' });
    const validate = openValidatorAt('components', 'schemas', 'TaskPage');
    validate(page);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('leaves every schema open to new fields', () => {
    for (const [name, schema] of OBJECTS) {
      expect({ name, additionalProperties: schema.additionalProperties }).toEqual({ name });
    }
  });
});

describe('a parameter that takes several values', () => {
  /** A query as validators read it by OpenAPI's usual style: repeated ones are an array, one is a text or an array of one. */
  function readings(query: string): unknown[] {
    const values = new URLSearchParams(query).getAll('x');
    return values.length === 1 ? [values[0], values] : [values];
  }

  const isTaken = (name: string, query: string): boolean => {
    const { parameters } = operationOf('listTasks').operation;
    const position = parameters.findIndex((parameter) => parameter.name === name);
    const validate = openValidatorAt('paths', '/v1/tasks', 'get', 'parameters', String(position), 'schema');
    return readings(query).some((value) => validate(value));
  };

  it.each([
    ['status', 'x=FAILED'],
    ['status', 'x=FAILED,RUNNING'],
    ['status', 'x=FAILED&x=RUNNING'],
    ['status', 'x=TIMED_OUT,FAILED,RUNNING'],
    ['type', 'x=BACKUP,LOG_BACKUP'],
    ['type', 'x=BACKUP&x=LOG_BACKUP'],
    ['provider', 'x=huawei-cbr,huawei-css'],
    ['provider', 'x=huawei-cbr&x=huawei-css'],
    ['source', 'x=server-backups,search-logs'],
  ])('%s accepts %s by its schema', (name, query) => {
    expect(isTaken(name, query)).toBe(true);
  });

  it.each([
    ['status', 'x=RUNING'],
    ['status', 'x=FAILED,RUNING'],
    ['status', 'x=FAILED,'],
    ['status', 'x=failed'],
    ['status', 'x=FAILED&x=RUNING'],
    ['type', 'x=BACKUPS'],
  ])('%s rejects %s by its schema, which is a 400', (name, query) => {
    expect(isTaken(name, query)).toBe(false);
  });

  it('names all providers as examples', () => {
    expect(itemsOf(queryParameter('provider'))).toMatchObject({
      type: 'string',
      examples: ['huawei-cbr', 'huawei-cce', 'huawei-css', 'oceanbase-ocp'],
    });
  });
});

/** JavaScript keeps keys that are whole numbers, such as statuses, before all others. */
function sortedAsNumbersFirst(keys: readonly string[]): string[] {
  return Object.keys(Object.fromEntries([...keys].sort().map((key) => [key, null])));
}

describe('the examples', () => {
  const examples = OPERATION_LIST.flatMap(({ path, operation }) => examplesOf(path, operation));

  it('cover a complete, a partial and an empty list, and every error', () => {
    const names = (id: string, status: string): string[] =>
      examples
        .filter(({ operationId, status: at }) => operationId === id && at === status)
        .map(({ name }) => name);
    expect(names('listTasks', '200')).toEqual(['empty', 'full', 'partial']);
    for (const { path, operation } of OPERATION_LIST) {
      const errors = answersOf(path, operation).filter(
        ({ answer }) => answer.content?.[PROBLEM] !== undefined,
      );
      for (const { status } of errors) expect(names(operation.operationId, status)).not.toEqual([]);
    }
  });

  it.each(examples)('of $operationId $status $name match the schema', ({ place, value }) => {
    const validate = validatorAt(...place, 'schema');
    validate(value);
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each(examples.filter(({ place }) => place.includes(PROBLEM)))(
    'of $operationId $status $name name an existing kind of problem and its status',
    ({ name, status, path, value }) => {
      expect(Object.keys(PROBLEMS)).toContain(name);
      expect(value).toMatchObject({ type: `/problems/${name}`, status: Number(status) });
      const [start = ''] = path.split('{');
      expect((value as { instance: string }).instance.startsWith(start)).toBe(true);
    },
  );

  it('include every field of a task, and raw only where it is requested', () => {
    const lists = examples.filter(
      ({ operationId, status }) => operationId === 'listTasks' && status === '200',
    );
    const tasks = lists.flatMap(({ value }) => (value as { tasks: object[] }).tasks);
    expect(tasks.length).toBeGreaterThan(0);
    const task: Schema | undefined = DOCUMENT.components.schemas.Task;
    for (const each of tasks) expect(Object.keys(each).sort()).toEqual([...(task?.required ?? [])].sort());
  });
});

function queryParameter(name: string): Parameter {
  const found = OPERATIONS.get('listTasks')?.operation.parameters.find(
    (parameter) => parameter.name === name,
  );
  if (found === undefined) throw new Error(`no parameter ${name}`);
  return found;
}

interface Example {
  readonly operationId: string;
  readonly path: string;
  readonly status: string;
  readonly name: string;
  readonly place: string[];
  readonly value: unknown;
}

function examplesOf(path: string, operation: Operation): Example[] {
  return answersOf(path, operation).flatMap(({ status, place, answer }) =>
    Object.entries(answer.content ?? {}).flatMap(([mediaType, { examples }]) =>
      Object.entries(examples ?? {}).map(([name, { value }]) => ({
        operationId: operation.operationId,
        // An answer that all operations share tells of one of them.
        path: place[0] === 'paths' ? path : '/',
        status,
        name,
        value,
        place: [...place, 'content', mediaType],
      })),
    ),
  );
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ANY_CHARACTER } from '../support/any-character.js';
import { itemsOf, invalidFields, operationOf, type Parameter, type Schema } from '../support/document.js';
import { startGateway, startSimulator, type RunningGateway, type Simulator } from '../support/gateway.js';
import { ask } from '../support/http.js';

/** One parameter as it is written in a query: a name and a value, neither encoded yet. */
type Pair = readonly [name: string, value: string];

const FLEET = {
  cssClusters: 1,
  cssRowsPerCluster: 30,
  cbrRows: 40,
  cceClusters: 1,
  cceRowsPerCluster: 10,
  ocpTenants: 3,
};
const RUNS = 100;
/** RFC 3986, section 3.4, without most letters and digits. */
const QUERY_CHARACTERS = "aZ0-._~!$&'()*+,;=:@/?";
const LIST_PARAMETERS = operationOf('listTasks').operation.parameters.filter(
  ({ in: place }) => place === 'query',
);

/** What the document leaves open, since it depends on the gateway's configuration; `/v1/providers` and `/v1/sources` tell. */
const CONFIGURED: Record<string, readonly string[]> = {
  provider: ['huawei-css', 'huawei-cbr', 'huawei-cce', 'oceanbase-ocp'],
  source: ['search-logs', 'server-backups', 'kubernetes', 'oceanbase'],
};

let simulator: Simulator;
let gateway: RunningGateway;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 3, fleet: FLEET });
  gateway = await startGateway(simulator);
  // From here on there are snapshots: no wish of a caller can find nothing at all.
  await ask(`${gateway.url}/v1/tasks`);
});
afterAll(async () => {
  await gateway.stop();
  await simulator.stop();
});

const twoDigits = (from: number, to: number): fc.Arbitrary<string> =>
  fc.integer({ min: from, max: to }).map((number) => String(number).padStart(2, '0'));

/** Any RFC 3339 time, in any of its spellings, from the first year to the last. */
const TIME = fc
  .record({
    year: fc.oneof(
      fc.constantFrom('0000', '0001', '9999'),
      fc.integer({ min: 0, max: 9999 }).map((year) => String(year).padStart(4, '0')),
    ),
    day: fc.oneof(
      fc.tuple(twoDigits(1, 12), twoDigits(1, 28)).map(([month, day]) => `${month}-${day}`),
      fc.constantFrom('01-01', '12-31'),
    ),
    hour: twoDigits(0, 23),
    minute: twoDigits(0, 59),
    second: twoDigits(0, 59),
    fraction: fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,12}$/), fc.constant('.999999999')),
    zone: fc.oneof(
      fc.constantFrom('Z', 'z'),
      fc
        .tuple(fc.constantFrom('+', '-'), twoDigits(0, 23), twoDigits(0, 59))
        .map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
    ),
    separator: fc.constantFrom('T', 't'),
  })
  .map(
    ({ year, day, hour, minute, second, fraction, zone, separator }) =>
      `${year}-${day}${separator}${hour}:${minute}:${second}${fraction}${zone}`,
  );

/** Values that a schema allows, as they are written in a query. */
function valuesOf(schema: Schema): fc.Arbitrary<string> {
  if (schema.enum !== undefined) return fc.constantFrom(...(schema.enum as string[]));
  if (schema.type === 'boolean') return fc.constantFrom('true', 'false');
  if (schema.format === 'date-time') return TIME;
  if (schema.type === 'integer') {
    const min = schema.minimum ?? 0;
    return fc
      .oneof(
        fc.integer({ min, max: 5 }),
        fc.maxSafeInteger().filter((number) => number >= min),
      )
      .map(String);
  }
  return fc.string({ minLength: schema.minLength ?? 0, unit: ANY_CHARACTER });
}

/** A parameter with values that the document allows; a list repeated, or separated by commas. */
function validPairs(parameter: Parameter): fc.Arbitrary<readonly Pair[]> {
  const { name, schema } = parameter;
  const items = itemsOf(parameter);
  // No token can be made up; the empty one is as good as none.
  if (name === 'pageToken') return fc.constant([[name, '']]);
  if (items === null) return valuesOf(schema).map((value) => [[name, value]]);
  const item = CONFIGURED[name] === undefined ? valuesOf(items) : fc.constantFrom(...CONFIGURED[name]);
  const groups = fc.array(fc.array(item, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
  return groups.map((lists) => lists.map((values): Pair => [name, values.join(',')]));
}

/** Any choice of parameters in any order, each as the document allows it. */
const VALID = fc
  .shuffledSubarray(LIST_PARAMETERS)
  .chain((parameters) => fc.tuple(...parameters.map(validPairs)))
  .map((groups) => groups.flat());

const encoded = (pairs: readonly Pair[]): string =>
  pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');

interface Mistake {
  /** The parameter that must be complained about. */
  readonly parameter: string;
  readonly pairs: readonly Pair[];
}

/** A value that the schema of a parameter forbids; null where it forbids none. */
function forbiddenValue(parameter: Parameter): fc.Arbitrary<string> | null {
  const { name, schema } = parameter;
  const isSingle = itemsOf(parameter) === null;
  const single = itemsOf(parameter) ?? schema;
  const words = single.type === 'boolean' ? ['true', 'false'] : single.enum;
  const allowed = CONFIGURED[name] ?? (words as readonly string[] | undefined);
  if (allowed !== undefined) {
    const isForbidden = (text: string): boolean =>
      isSingle ? !allowed.includes(text) : text.split(',').some((each) => !allowed.includes(each));
    const near = fc
      .constantFrom(...allowed)
      .chain((word) => fc.constantFrom(`${word} `, word.slice(1), `${word},`));
    return fc.oneof(fc.string({ unit: ANY_CHARACTER }), near, fc.constant('')).filter(isForbidden);
  }
  if (single.format === 'date-time') {
    const broken = TIME.chain((time) =>
      fc.constantFrom(
        time.slice(0, 10),
        time.slice(0, -1),
        `${time}Z`,
        time.replace(/-\d\d-/, '-13-'),
        ` ${time}`,
      ),
    );
    return fc.oneof(fc.string(), broken, fc.constantFrom('', 'now', '1700000000000', '2023-02-30T00:00:00Z'));
  }
  if (single.type === 'integer') {
    const near = fc.oneof(
      fc.integer({ max: (single.minimum ?? 0) - 1 }).map(String),
      fc.constantFrom('', '1.5', '1e3', '+1', '0x10', ' 1', 'NaN', 'Infinity', '１'),
    );
    return fc.oneof(
      near,
      fc.string().filter((text) => !/^\d+$/.test(text)),
    );
  }
  if (name === 'pageToken') return fc.string({ minLength: 1, unit: ANY_CHARACTER });
  return single.minLength === 1 ? fc.constant('') : null;
}

const UNKNOWN_NAMES = fc
  .oneof(
    fc.string({ unit: ANY_CHARACTER }),
    fc.constantFrom(
      'constructor',
      '__proto__',
      'toString',
      'hasOwnProperty',
      'then',
      'length',
      'status[]',
      'Status',
    ),
  )
  .filter((name) => LIST_PARAMETERS.every((known) => known.name !== name));

/** One thing that the document forbids. */
const MISTAKE: fc.Arbitrary<Mistake> = fc.oneof(
  ...LIST_PARAMETERS.flatMap((parameter) => {
    const value = forbiddenValue(parameter);
    const { name } = parameter;
    return value === null ? [] : [value.map((text): Mistake => ({ parameter: name, pairs: [[name, text]] }))];
  }),
  ...LIST_PARAMETERS.filter((parameter) => itemsOf(parameter) === null).map((parameter) =>
    fc
      .tuple(validPairs(parameter), validPairs(parameter))
      .map((twice): Mistake => ({ parameter: parameter.name, pairs: twice.flat() })),
  ),
  UNKNOWN_NAMES.chain((name) =>
    fc.string().map((value): Mistake => ({ parameter: name, pairs: [[name, value]] })),
  ),
);

describe('random requests', () => {
  it('a query that the document allows is answered as documented', async () => {
    await fc.assert(
      fc.asyncProperty(VALID, async (pairs) => {
        const answer = await ask(`${gateway.url}/v1/tasks?${encoded(pairs)}`);
        expect(answer.status).toBe(200);
        expect(invalidFields('listTasks', answer)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('a query that the document forbids gets a 400 that names the parameter', async () => {
    await fc.assert(
      fc.asyncProperty(VALID, MISTAKE, fc.boolean(), async (valid, { parameter, pairs }, first) => {
        // Together with page, a page token is refused before it is read.
        const clashing = parameter === 'pageToken' ? 'page' : parameter;
        const others = valid.filter(([name]) => name !== parameter && name !== clashing);
        const query = encoded(first ? [...pairs, ...others] : [...others, ...pairs]);
        const answer = await ask(`${gateway.url}/v1/tasks?${query}`);
        expect(answer.status).toBe(400);
        expect(invalidFields('listTasks', answer)).toEqual([]);
        const { errors } = answer.body as { errors: readonly { parameter: string }[] };
        expect(errors.map((error) => error.parameter)).toContain(parameter);
      }),
      { numRuns: RUNS },
    );
  });

  it('any query gets a 200 or a 400', async () => {
    const anything = fc.oneof(
      fc.string({
        unit: fc.oneof(fc.constantFrom(...QUERY_CHARACTERS.split('')), ANY_CHARACTER.map(encodeURIComponent)),
      }),
      fc.string({ unit: ANY_CHARACTER }).map((text) => encodeURI(text.toWellFormed()).replaceAll('#', '')),
      fc.stringMatching(/^[\w%&=,;[\].+~]*$/),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (query) => {
        const answer = await ask(`${gateway.url}/v1/tasks?${query}`);
        expect([200, 400]).toContain(answer.status);
        expect(invalidFields('listTasks', answer)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('any task id and source gets a 200, a 400 or a 404', async () => {
    const name = fc.oneof(
      fc.string({ minLength: 1, maxLength: 600, unit: ANY_CHARACTER }),
      fc
        .constantFrom(...(CONFIGURED.source ?? []))
        .chain((source) => fc.string().map((key) => `${source}.${key}`)),
      fc.constantFrom('__proto__', 'constructor', '__proto__.x', 'constructor.x'),
    );
    // Not `.` and `..`: a client itself takes them for a way up.
    const paths = name
      .filter((text) => !/^\.{1,2}$/.test(text))
      .map((text) => encodeURIComponent(text.toWellFormed()));
    await fc.assert(
      fc.asyncProperty(paths, async (path) => {
        const task = await ask(`${gateway.url}/v1/tasks/${path}`);
        expect([404, 414]).toContain(task.status);
        const source = await ask(`${gateway.url}/v1/sources/${path}`);
        expect([200, 404, 414]).toContain(source.status);
        expect(invalidFields('getTask', task)).toEqual([]);
        expect(invalidFields('getSource', source)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('no preference of the caller, in any spelling, causes a 500', async () => {
    const directive = fc.constantFrom(
      'max-age',
      'max-stale',
      'no-cache',
      'wait',
      'handling',
      'respond-async',
      '',
    );
    const value = fc.oneof(
      fc.constantFrom(
        '',
        '=',
        '=0',
        '=1',
        '="1"',
        '=-1',
        '=99999999999999999999',
        '=strict',
        '=lenient',
        '=x;y=z',
      ),
      fc.stringMatching(/^=[\x20-\x7e]*$/),
    );
    const header = fc
      .array(
        fc.tuple(directive, value).map(([word, rest]) => `${word}${rest}`),
        { maxLength: 4 },
      )
      .map((parts) => parts.join(', '));
    await fc.assert(
      fc.asyncProperty(header, header, header, async (cacheControl, prefer, ifNoneMatch) => {
        const headers = { 'cache-control': cacheControl, prefer, 'if-none-match': ifNoneMatch };
        const answer = await ask(`${gateway.url}/v1/tasks?pageSize=3`, headers);
        // 503: a caller who waits no longer than 0 seconds for something newer, and wants nothing partial.
        expect([200, 503]).toContain(answer.status);
        expect(invalidFields('listTasks', answer)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

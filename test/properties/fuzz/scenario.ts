import fc from 'fast-check';
import { ANY_CHARACTER } from '../../support/any-character.js';
import { mutate, mutations } from './mutation.js';
import { anyValue, spell } from './odd-values.js';

/** One HTTP answer of an upstream. */
export interface Answer {
  /** 0: the connection breaks instead. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What an upstream does to one gateway: plain data, so that a failing one can be kept and run again. */
export interface Scenario {
  readonly provider: string;
  /** A feed is read, the feeds are listed and read, or a feed is read twice, the second time by what is new. */
  readonly call: 'read' | 'list' | 'read-again';
  readonly answers: readonly [Answer, ...Answer[]];
  /** What comes behind the answers: the last again, all again, or the last with other rows each time, for ever. */
  readonly behind: 'last' | 'cycle' | 'fresh';
  readonly maxRows: number;
}

/** Documented answers, as JSON texts, for a start. */
export interface Bases {
  readonly lists: readonly string[];
  readonly clusters: readonly string[];
}

const CODES = [
  'CSS.0015',
  'CSS.0047',
  'APIGW.0301',
  'APIG.0308',
  'CCE.02429001',
  'CCE.01429002',
  30007,
  10002,
  401,
];

const errorBody = fc
  .tuple(
    fc.constantFrom('errCode', 'error_code', 'errorCode', 'error', 'successful', 'status'),
    fc.constantFrom(...CODES),
    anyValue,
  )
  .map(([key, code, value]) => ({
    successful: false,
    [key]: key === 'error' ? { code, message: value } : code,
  }));

const delay: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('30', '-1', '1.5', ' 7 ', '0x10', '9'.repeat(400), '1e9', 'soon', ''),
  fc.constantFrom(
    'Sat, 25 Nov 2023 09:03:46 GMT',
    'Saturday, 25-Nov-23 09:03:46 GMT',
    'Sat Nov 25 09:03:46 2023',
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  fc.constantFrom('Sat, 99 Nov 2023 09:03:46 GMT', 'Sat 99:99:99', `Mon, ${'1:'.repeat(20_000)}`),
  fc.string({ unit: ANY_CHARACTER }),
);

const retryAfter = fc.dictionary(fc.constantFrom('retry-after', 'ratelimit-reset'), delay, {
  noNullPrototype: true,
});

const failure: fc.Arbitrary<Answer> = fc.record({
  status: fc.constantFrom(200, 204, 299, 301, 400, 401, 403, 404, 409, 429, 500, 502, 599, 0, 999),
  headers: retryAfter,
  text: fc.oneof(
    errorBody.map(spell),
    fc.constantFrom('', '<html>502</html>', 'null', '[]', '"x"', '{"error":null}'),
  ),
});

/** A body whose text was damaged on its way. */
const damage = fc.record({
  at: fc.nat({ max: 4000 }),
  by: fc.constantFrom('', '{', ']', '"', ',', '1e999', '\u0000', '\\', '\ud800'),
});

function answerOf(bases: readonly string[]): fc.Arbitrary<Answer> {
  const mutated = fc.tuple(fc.constantFrom(...bases), mutations).map(([base, changes]) => {
    const tree = { root: JSON.parse(base) as unknown };
    mutate(tree, changes);
    return spell(tree.root);
  });
  const damaged = fc.tuple(fc.constantFrom(...bases), damage).map(([base, { at, by }]) => {
    const cut = at % (base.length + 1);
    return by === '' ? base.slice(0, cut) : base.slice(0, cut) + by + base.slice(cut);
  });
  const anything = fc.oneof(anyValue, fc.jsonValue()).map(spell);
  const text = fc.oneof(
    { weight: 40, arbitrary: mutated },
    { weight: 4, arbitrary: anything },
    { weight: 2, arbitrary: damaged },
  );
  const headers = fc.constant({});
  return fc.oneof(
    { weight: 12, arbitrary: fc.record({ status: fc.constant(200), headers, text }) },
    { weight: 1, arbitrary: failure },
  );
}

type Call = Scenario['call'];

/** What is read again is a list as documented at first: from much else, nothing new could be told. */
function answersOf(call: Call, bases: readonly string[]): fc.Arbitrary<Scenario['answers']> {
  const answer = answerOf(bases);
  const documented = fc.constantFrom(...bases).map((text): Answer => ({ status: 200, headers: {}, text }));
  const first = call === 'read-again' ? documented : answer;
  return fc.oneof(
    { weight: call === 'read-again' ? 0 : 3, arbitrary: fc.tuple(first) },
    { weight: 2, arbitrary: fc.tuple(first, answer) },
    { weight: 1, arbitrary: fc.tuple(first, answer, answer, answer) },
  );
}

/** Of clusters, 10,000 are listed before an endless list is cut. */
const BEHIND: Readonly<Record<Call, readonly Scenario['behind'][]>> = {
  list: ['last', 'cycle'],
  read: ['last', 'last', 'last', 'cycle', 'fresh'],
  'read-again': ['last', 'last', 'last', 'cycle', 'fresh'],
};

/** Scenarios of one provider, made from these bases. */
export function scenarioOf(provider: string, { lists, clusters }: Bases): fc.Arbitrary<Scenario> {
  const calling = (call: Call, bases: readonly string[]): fc.Arbitrary<Scenario> =>
    fc.record({
      provider: fc.constant(provider),
      call: fc.constant(call),
      answers: answersOf(call, bases),
      behind: fc.constantFrom(...BEHIND[call]),
      maxRows: fc.constantFrom(100_000, 100_000, 20, 3, 1),
    });
  const kinds = [{ weight: 6, arbitrary: calling('read', lists) }];
  if (clusters.length > 0) kinds.push({ weight: 1, arbitrary: calling('list', clusters) });
  else kinds.push({ weight: 3, arbitrary: calling('read-again', lists) });
  return fc.oneof(...kinds);
}

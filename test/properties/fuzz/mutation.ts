import fc from 'fast-check';
import { anyValue, oddKey, oddTime, oddValue, SECOND_KEY } from './odd-values.js';

/** A place in a JSON value: `holder[key]` is what stands there. */
interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string;
}

/** One change to a JSON value at one of its places. */
export interface Mutation {
  readonly change: (place: Place) => void;
  /** Which place, counted in document order, modulo how many there are. */
  readonly at: number;
}

/** As many places as are looked at; those behind are left as they are. */
const MOST_PLACES = 3000;

/** Changes the value that is held under `root`, one mutation after the other. */
export function mutate(tree: { root: unknown }, mutations: readonly Mutation[]): void {
  for (const { change, at } of mutations) {
    const places = placesIn(tree);
    const place = places[at % places.length];
    if (place !== undefined) change(place);
  }
}

function placesIn(tree: { root: unknown }): Place[] {
  const places: Place[] = [{ holder: tree, key: 'root' }];
  for (const place of places) {
    const inner = read(place);
    if (places.length >= MOST_PLACES) break;
    if (typeof inner !== 'object' || inner === null) continue;
    const holder = inner as Place['holder'];
    for (const key of Object.keys(inner)) places.push({ holder, key });
  }
  return places;
}

function read({ holder, key }: Place): unknown {
  return (holder as Record<string, unknown>)[key];
}

/** A copy, as values are shared by all inputs. Defines the key: an assignment to `__proto__` would do something else. */
function write({ holder, key }: Place, value: unknown): void {
  const copy = JSON.parse(JSON.stringify(value ?? null)) as unknown;
  Object.defineProperty(holder, key, { value: copy, writable: true, enumerable: true, configurable: true });
}

function remove({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

function addKey(place: Place, key: string, value: unknown): void {
  const inner = read(place);
  const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  write(isObject ? { holder: inner as Record<string, unknown>, key } : place, value);
}

/** An element of a list once more, so many times; a key once more with another value. */
function repeat({ holder, key }: Place, times: number, value: unknown): void {
  if (!Array.isArray(holder)) {
    write({ holder, key: SECOND_KEY + key }, value);
    return;
  }
  const element: unknown = holder[Number(key)];
  for (let count = 0; count < times; count += 1)
    holder.push(times > 2 ? renumbered(element, count) : element);
}

/** A copy that another id tells apart where there is one. */
function renumbered(element: unknown, count: number): unknown {
  if (typeof element !== 'object' || element === null) return count;
  return 'id' in element ? { ...element, id: `row-${count}` } : { ...element, createTime: count };
}

function retype(place: Place): void {
  const value = read(place);
  if (typeof value === 'number') write(place, String(value));
  else if (typeof value === 'string') write(place, Number(value) || value.length);
  else write(place, JSON.stringify(value ?? null).slice(0, 1000));
}

function recase(place: Place): void {
  const value = read(place);
  if (typeof value === 'string')
    write(place, value.toUpperCase() === value ? value.toLowerCase() : value.toUpperCase());
  else write(place, [value]);
}

/** The value so many levels deeper. */
function nested(inner: unknown, levels: number, key: string | null): unknown {
  let value = inner;
  for (let level = 0; level < levels; level += 1) value = key === null ? [value] : { [key]: value };
  return value;
}

type Change = Mutation['change'];
const of = (change: Change): Change => change;

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 60,
    arbitrary: anyValue.map((value) =>
      of((place) => {
        write(place, value);
      }),
    ),
  },
  {
    weight: 15,
    arbitrary: oddTime.map((value) =>
      of((place) => {
        write(place, value);
      }),
    ),
  },
  { weight: 20, arbitrary: fc.constantFrom(of(remove), of(retype), of(recase)) },
  {
    weight: 10,
    arbitrary: fc.tuple(oddKey, oddValue).map(([key, value]) =>
      of((place) => {
        addKey(place, key, value);
      }),
    ),
  },
  {
    weight: 6,
    arbitrary: oddKey.map((key) =>
      of((place) => {
        const value = read(place);
        if (Array.isArray(place.holder)) write(place, { [key]: value });
        else {
          remove(place);
          write({ ...place, key }, value);
        }
      }),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(1, 2, 20), fc.constantFrom(null, 'data', 'x')).map(([levels, key]) =>
      of((place) => {
        write(place, nested(read(place), levels, key));
      }),
    ),
  },
  {
    weight: 10,
    arbitrary: oddValue.map((value) =>
      of((place) => {
        repeat(place, 1, value);
      }),
    ),
  },
);

/** Lists of up to 10,000 rows; seldom, as one of them takes as long as a thousand others. */
const manyTimes: fc.Arbitrary<Change> = fc.constantFrom(3, 30, 300, 1000, 10_000).map((times) =>
  of((place) => {
    repeat(place, times, null);
  }),
);

const at = fc.nat({ max: 5000 });

/** From none to a few mutations. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.oneof(
  { weight: 400, arbitrary: fc.array(fc.record({ change, at }), { maxLength: 5 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.record({ change: manyTimes, at: fc.nat({ max: 12 }) }),
        fc.array(fc.record({ change, at }), { maxLength: 3 }),
      )
      .map(([many, others]) => [many, ...others]),
  },
);

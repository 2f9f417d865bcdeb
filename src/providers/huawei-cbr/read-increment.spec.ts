import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Feed } from '@/model/feed.js';
import type { PreviousRead, ReadContext, ReadFeed } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { TaskRow } from '@/model/task.js';
import { formatTime } from '@/model/time.js';
import type { UpstreamClient, UpstreamRequest } from '@/upstream/upstream-client.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import { sourceWith } from '../../../test/support/reading.js';
import { INCREMENT_POLICY, type Bookmark, type IncrementPolicy } from './bookmark.js';
import { readFeed } from './read-feed.js';

const NOW_MS = Date.parse('2026-06-01T12:00:00.456Z');
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const SOURCE = sourceWith({
  id: 'server-backups',
  provider: 'huawei-cbr',
  endpoint: 'https://cbr.example',
  projectId: 'project-1',
  credentials: { type: 'token', token: 'example-token' },
  windowMs: 6 * HOUR_MS,
});

const FEED: Feed = {
  name: 'sources/server-backups/feeds/operation-logs',
  provider: 'huawei-cbr',
  source: 'server-backups',
  key: 'operation-logs',
  cluster: null,
};

/** Feeds of a few pages, so that many histories take little time. */
const SMALL: IncrementPolicy = { ...INCREMENT_POLICY, aboveRows: 20, mostShown: 3 };

interface Entry {
  readonly id: string;
  readonly rank: number;
  status: string;
  readonly createdMs: number;
  startedMs: number;
  endedMs: number | null;
  /** Listed from this moment on. */
  readonly visibleMs: number;
  /** Grows while the task is active. */
  progress: number;
}

interface Quirks {
  readonly order: 'newest-first' | 'oldest-first' | 'shuffled';
  /** What `start_time` is compared with. */
  readonly compares: 'createdMs' | 'startedMs' | 'none';
  /** What `end_time` is compared with: the same, the end of the task, or nothing. */
  readonly ends: 'same' | 'ended' | 'ignored';
  readonly isExclusive: boolean;
  readonly count: 'total' | 'page' | 'none';
  readonly cap: number;
  /** Whether one record can be asked for by its id. */
  readonly shows: boolean;
  readonly wholeSeconds: boolean;
}

const PLAIN: Quirks = {
  order: 'newest-first',
  compares: 'createdMs',
  ends: 'same',
  isExclusive: false,
  count: 'total',
  cap: 1000,
  shows: true,
  wholeSeconds: false,
};

/** An operation log on a clock of its own, with the quirks that its documentation leaves open. */
class FakeLog {
  nowMs = NOW_MS;
  entries: Entry[] = [];
  requests: UpstreamRequest[] = [];
  sent = 0;
  /** Lists that begin in the last hour begin so much later than asked for. */
  lateMs = 0;
  /** Runs after each call: changes the log, or what is answered. */
  edit: (answer: object, request: UpstreamRequest) => object = (answer) => answer;
  #made = 0;

  constructor(public quirks: Quirks) {}

  add(fields: Partial<Entry> = {}): Entry {
    this.#made += 1;
    const createdMs = fields.createdMs ?? this.nowMs;
    const entry: Entry = {
      id: `log-${this.#made}`,
      rank: (this.#made * 7919) % 10_007,
      status: 'success',
      createdMs,
      startedMs: createdMs - 32,
      endedMs: createdMs + MINUTE_MS,
      visibleMs: createdMs,
      progress: 100,
      ...fields,
    };
    this.entries.push(entry);
    return entry;
  }

  /** Ended tasks of every age, from now back. */
  fill(count: number, everyMs: number): void {
    for (let index = 1; index <= count; index++) this.add({ createdMs: this.nowMs - index * everyMs });
  }

  remove(entry: Entry | undefined): void {
    this.entries = this.entries.filter((other) => other !== entry);
  }

  readonly client: UpstreamClient = {
    getJson: async (request) => {
      this.requests.push(request);
      await Promise.resolve();
      const id = request.path.split('/operation-logs/')[1];
      const answer = id === undefined ? this.list(request.query ?? {}) : this.show(id);
      return this.edit(answer, request);
    },
  };

  private list(query: NonNullable<UpstreamRequest['query']>): object {
    const askedMs = Date.parse(String(query.start_time));
    const startMs = askedMs > this.nowMs - HOUR_MS ? askedMs + this.lateMs : askedMs;
    const endMs =
      query.end_time === undefined ? Number.POSITIVE_INFINITY : Date.parse(String(query.end_time));
    const rows = this.inOrder().filter((entry) => this.isBetween(entry, startMs, endMs));
    const offset = Number(query.offset ?? 0);
    const page = rows.slice(offset, offset + Math.min(Number(query.limit), this.quirks.cap));
    this.sent += page.length;
    const { count } = this.quirks;
    const told = count === 'none' ? {} : { count: count === 'total' ? rows.length : page.length };
    return { ...told, operation_logs: page.map((entry) => this.record(entry)) };
  }

  private inOrder(): Entry[] {
    const { order } = this.quirks;
    const visible = this.entries.filter(({ visibleMs }) => visibleMs <= this.nowMs);
    if (order === 'shuffled') return visible.sort((a, b) => a.rank - b.rank);
    const sign = order === 'newest-first' ? -1 : 1;
    return visible.sort((a, b) => sign * (a.createdMs - b.createdMs));
  }

  private isBetween(entry: Entry, startMs: number, endMs: number): boolean {
    const { compares, ends, isExclusive } = this.quirks;
    if (compares === 'none') return true;
    const started = entry[compares];
    if (isExclusive ? started <= startMs : started < startMs) return false;
    if (ends === 'ignored') return true;
    return (ends === 'ended' ? (entry.endedMs ?? this.nowMs) : started) <= endMs;
  }

  private show(id: string): object {
    const entry = this.entries.find((candidate) => candidate.id === id);
    if (entry === undefined || !this.quirks.shows)
      throw new UpstreamError('NOT_FOUND', null, { httpStatus: 404 });
    this.sent += 1;
    return { operation_log: this.record(entry) };
  }

  private record(entry: Entry): object {
    const resolutionMs = this.quirks.wholeSeconds ? SECOND_MS : 1;
    const time = (epochMs: number): string => formatTime(Math.floor(epochMs / resolutionMs) * resolutionMs);
    return {
      id: entry.id,
      status: entry.status,
      operation_type: 'backup',
      created_at: time(entry.createdMs),
      started_at: time(entry.startedMs),
      ...(entry.endedMs !== null && { ended_at: time(entry.endedMs) }),
      extra_info: { common: { progress: entry.progress } },
    };
  }
}

interface Measured {
  readonly read: ReadFeed;
  readonly calls: number;
  readonly sent: number;
}

interface ReadChoices {
  readonly previous?: PreviousRead | null;
  readonly policy?: IncrementPolicy;
  readonly source?: Partial<SourceConfig>;
}

async function readLog(log: FakeLog, choices: ReadChoices = {}): Promise<Measured> {
  const { previous = null, policy = SMALL, source = {} } = choices;
  log.requests = [];
  log.sent = 0;
  const context: ReadContext = {
    signal: new AbortController().signal,
    onCall: () => undefined,
    previous,
  };
  const connection = { client: log.client, source: { ...SOURCE, ...source }, clock: () => log.nowMs, policy };
  const read = await readFeed(connection, FEED, context);
  return { read, calls: log.requests.length, sent: log.sent };
}

/** The read as another replica gets it: through JSON. */
function received({ outcome: _, coveredSince: _since, ...read }: ReadFeed): PreviousRead {
  return JSON.parse(JSON.stringify(read)) as PreviousRead;
}

function byId(rows: readonly TaskRow[]): Record<string, TaskRow> {
  return Object.fromEntries(rows.map((row) => [row.task.id, row]));
}

type Rows = Readonly<Record<string, TaskRow>>;

/** The ids of rows that one has and the other has not, or in another form. */
function differences(found: Rows, wanted: Rows): string[] {
  const ids = new Set([...Object.keys(found), ...Object.keys(wanted)]);
  return [...ids].filter((id) => !isDeepStrictEqual(found[id], wanted[id]));
}

/** Whether the read was made by what is new. */
function isIncrement({ read }: Measured, log: FakeLog): boolean {
  return read.bookmark !== null && (read.bookmark as Bookmark).wholeMs < log.nowMs;
}

const QUIRKS = fc.record<Quirks>({
  order: fc.constantFrom('newest-first', 'oldest-first', 'shuffled'),
  compares: fc.constantFrom('createdMs', 'startedMs', 'createdMs', 'startedMs', 'none'),
  ends: fc.constantFrom('same', 'ended', 'ignored'),
  isExclusive: fc.boolean(),
  count: fc.constantFrom('total', 'page', 'none'),
  cap: fc.constantFrom(6, 10, 25),
  shows: fc.boolean(),
  wholeSeconds: fc.boolean(),
});

/** One turn of a history. Fractions choose among the entries or the times there are. */
const TURN = fc.record({
  passesMs: fc.integer({ min: 5 * SECOND_MS, max: 2 * MINUTE_MS }),
  arrivals: fc.array(
    fc.record({
      /** Created so long before it is listed. */
      lateMs: fc.constantFrom(0, 0, 400, 2 * MINUTE_MS, 5 * MINUTE_MS),
      status: fc.constantFrom('waiting', 'running', 'success', 'failed', 'unheard-of'),
    }),
    { maxLength: 3 },
  ),
  moves: fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 3 }),
  removals: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 2 }),
    },
  ),
  throughJson: fc.boolean(),
});

const HISTORY = fc.record({
  quirks: QUIRKS,
  size: fc.integer({ min: 40, max: 160 }),
  everyMs: fc.integer({ min: 2 * MINUTE_MS, max: 8 * MINUTE_MS }),
  /** How long tasks wait before they start, at most. */
  waitMs: fc.constantFrom(-32, 0, 3 * MINUTE_MS, 40 * MINUTE_MS),
  activeAges: fc.array(fc.integer({ min: 0, max: 6 * HOUR_MS }), { maxLength: 5 }),
  turns: fc.array(TURN, { minLength: 4, maxLength: 14 }),
});
type History = typeof HISTORY extends fc.Arbitrary<infer T> ? T : never;

const NEXT_STATUS: Readonly<Record<string, string>> = {
  'unheard-of': 'waiting',
  waiting: 'running',
  running: 'success',
};

/** A history under way, told from its choices alone. */
class Course {
  readonly log: FakeLog;
  /** The time of each removal, by record id. */
  readonly removedMs = new Map<string, number>();

  constructor(private readonly history: History) {
    this.log = new FakeLog(history.quirks);
    const { size, everyMs, activeAges } = history;
    for (let index = 1; index <= size; index++) this.start(this.log.nowMs - index * everyMs, 'success');
    for (const ageMs of activeAges) this.start(this.log.nowMs - ageMs, 'running');
  }

  take(turn: History['turns'][number]): void {
    const { log } = this;
    log.nowMs += turn.passesMs;
    for (const { lateMs, status } of turn.arrivals) this.start(log.nowMs - lateMs, status);
    for (const fraction of turn.moves) this.move(fraction);
    for (const fraction of turn.removals) {
      const entry = log.entries[Math.floor(fraction * log.entries.length)];
      if (entry !== undefined) this.removedMs.set(entry.id, log.nowMs);
      log.remove(entry);
    }
  }

  private start(createdMs: number, status: string): Entry {
    const { waitMs } = this.history;
    const hasWaited = status !== 'waiting' && status !== 'unheard-of';
    const startedMs = hasWaited ? Math.min(this.log.nowMs, createdMs + waitMs) : createdMs;
    const endedMs = status === 'success' || status === 'failed' ? startedMs + MINUTE_MS : null;
    return this.log.add({ createdMs, startedMs, endedMs, status, visibleMs: this.log.nowMs, progress: 0 });
  }

  private move(fraction: number): void {
    const active = this.log.entries.filter(({ status }) => NEXT_STATUS[status] !== undefined);
    const entry = active[Math.floor(fraction * active.length)];
    if (entry === undefined) return;
    entry.progress += 1;
    if (entry.progress % 2 === 0) return;
    entry.status = NEXT_STATUS[entry.status] ?? entry.status;
    // A task starts when it has waited, long after it was created.
    if (entry.status === 'running') entry.startedMs = this.log.nowMs;
    if (entry.status === 'success') entry.endedMs = this.log.nowMs;
  }
}

describe('incremental reading', () => {
  it('returns what a full read returns, over any history', async () => {
    const sums = { histories: 0, reads: 0, increments: 0, calls: 0, wholeCalls: 0 };
    const run = async (history: History): Promise<void> => {
      const course = new Course(history);
      let { read } = await readLog(course.log);
      sums.histories += 1;
      for (const turn of history.turns) {
        course.take(turn);
        const previous = turn.throughJson ? received(read) : read;
        const measured = await readLog(course.log, { previous });
        const whole = await readLog(course.log);
        expectEqual(measured, whole, course);
        read = measured.read;
        sums.reads += 1;
        sums.increments += isIncrement(measured, course.log) ? 1 : 0;
        sums.calls += measured.calls;
        sums.wholeCalls += whole.calls;
      }
    };
    await fc.assert(fc.asyncProperty(HISTORY, run), { numRuns: 25 });
    process.stdout.write(`huawei-cbr by what is new: ${JSON.stringify(sums)}\n`);
    expect(sums.increments).toBeGreaterThan(sums.reads / 4);
  });
});

/** Without a total, what was removed may stay until the next whole read; nothing else may differ. */
function expectEqual(measured: Measured, whole: Measured, course: Course): void {
  const { read } = measured;
  const [found, wanted] = [byId(read.rows), byId(whole.read.rows)];
  expect(read.rows).toHaveLength(Object.keys(found).length);
  const bookmark = read.bookmark as Bookmark | null;
  let excused = 0;
  if (bookmark !== null && !bookmark.hasTotal) {
    expect(course.log.nowMs - bookmark.wholeMs).toBeLessThan(SMALL.wholeAfterWithoutTotalMs);
    for (const [id, row] of Object.entries(found)) {
      const removedMs = course.removedMs.get(row.task.nativeId ?? '') ?? Number.NEGATIVE_INFINITY;
      if (wanted[id] !== undefined || removedMs <= bookmark.wholeMs) continue;
      excused += 1;
      wanted[id] = row;
    }
  }
  expect(differences(found, wanted)).toEqual([]);
  expect(read.coveredSince).toBe(whole.read.coveredSince);
  expect(read.truncation).toBe(whole.read.truncation);
  if (excused === 0) expect(read.drift).toEqual(whole.read.drift);
  expect(Object.keys(read.driftExamples).sort()).toEqual(Object.keys(read.drift).sort());
  const words = read.rows.map(({ task }) => task.nativeStatus);
  const { unknownStatus } = read.driftExamples;
  if (unknownStatus !== undefined) expect(words).toContain(unknownStatus.found);
}

const LARGE = INCREMENT_POLICY;
const MONTH = { windowMs: 30 * 24 * HOUR_MS };

/** A log that was read whole once, and what that read left. */
async function readOnce(
  quirks: Partial<Quirks>,
  fill: (log: FakeLog) => void,
): Promise<{ log: FakeLog; first: Measured }> {
  const log = new FakeLog({ ...PLAIN, cap: 10, ...quirks });
  fill(log);
  const first = await readLog(log);
  log.nowMs += 15 * SECOND_MS;
  return { log, first };
}

/** Reads by what is new, which must bring what a whole read brings. */
async function readAgain(log: FakeLog, first: Measured, choices: ReadChoices = {}): Promise<Measured> {
  const again = await readLog(log, { previous: first.read, ...choices });
  const { requests } = log;
  const whole = await readLog(log, choices.source ? { source: choices.source } : {});
  log.requests = requests;
  expect(differences(byId(again.read.rows), byId(whole.read.rows))).toEqual([]);
  expect(again.read.drift).toEqual(whole.read.drift);
  return again;
}

const minutely = (count: number) => (log: FakeLog) => {
  log.fill(count, MINUTE_MS);
};

describe('the cost of incremental reading', () => {
  it.each([
    { count: 'total', most: { calls: 2, sent: 200 } },
    { count: 'page', most: { calls: 2, sent: 200 } },
    { count: 'none', most: { calls: 2, sent: 200 } },
  ] as const)('5,000 rows, 20 of them new, a count of $count', async ({ count, most }) => {
    const log = new FakeLog({ ...PLAIN, count });
    log.fill(5_000, 8 * MINUTE_MS);
    const first = await readLog(log, { policy: LARGE, source: MONTH });
    log.nowMs += 15 * SECOND_MS;
    for (let made = 0; made < 20; made++) log.add({ status: made % 2 === 0 ? 'running' : 'success' });
    const second = await readLog(log, { policy: LARGE, source: MONTH, previous: first.read });
    expect(second.read.rows).toHaveLength(5_020);
    expect(first.calls).toBe(7);
    expect(second.calls).toBeLessThanOrEqual(most.calls);
    expect(second.sent).toBeLessThan(most.sent);
    process.stdout.write(
      `huawei-cbr, 5,000 rows, count ${count}: whole ${first.calls} calls, ${first.sent} rows; ` +
        `20 new ${second.calls} calls, ${second.sent} rows\n`,
    );
  });

  it('is that of a full read where there are at most a thousand rows', async () => {
    const log = new FakeLog({ ...PLAIN, cap: 100 });
    log.fill(1000, SECOND_MS);
    const first = await readLog(log, { policy: LARGE });
    expect(first.read.bookmark).toBeNull();
    expect((await readLog(log, { policy: LARGE, previous: first.read })).calls).toBe(first.calls);
  });

  it('is that of a full read where most records are recent', async () => {
    const { log, first } = await readOnce({}, (upstream) => {
      upstream.fill(100, SECOND_MS);
    });
    const again = await readAgain(log, first);
    expect([again.calls, isIncrement(again, log)]).toEqual([first.calls, false]);
  });

  it('keeps the rows that did not change', async () => {
    const { log, first } = await readOnce({}, minutely(100));
    const added = log.add({ status: 'running' });
    const { read } = await readAgain(log, first);
    expect(
      read.rows.filter((row) => !first.read.rows.includes(row)).map(({ task }) => task.nativeId),
    ).toEqual([added.id]);
  });
});

describe('a record that was not finished', () => {
  const straggle = (log: FakeLog): void => {
    log.fill(100, MINUTE_MS);
    log.add({ id: 'old', createdMs: NOW_MS - 5 * HOUR_MS, status: 'running', endedMs: null });
  };

  it('is requested by its id where it is old', async () => {
    const { log, first } = await readOnce({}, straggle);
    Object.assign(log.entries.at(-1) ?? {}, { status: 'success', endedMs: log.nowMs });
    const again = await readAgain(log, first);
    expect(log.requests.map(({ path }) => path)).toContain('/v3/project-1/operation-logs/old');
    expect(isIncrement(again, log)).toBe(true);
  });

  it('causes a full read where the upstream does not return it, and is not requested again for a while', async () => {
    const { log, first } = await readOnce({ shows: false }, straggle);
    const second = await readAgain(log, first);
    expect([second.calls, isIncrement(second, log)]).toEqual([first.calls + 1, false]);
    log.nowMs += MINUTE_MS;
    await readAgain(log, second);
    expect(log.requests.every(({ path }) => path.endsWith('/operation-logs'))).toBe(true);
  });

  it('causes a full read when it was removed, and others are requested as before', async () => {
    const { log, first } = await readOnce({}, straggle);
    log.add({ id: 'older', createdMs: NOW_MS - 5 * HOUR_MS, status: 'waiting', endedMs: null });
    log.remove(log.entries.find(({ id }) => id === 'old'));
    const second = await readAgain(log, first);
    expect(isIncrement(second, log)).toBe(false);
    log.nowMs += MINUTE_MS;
    const third = await readAgain(log, second);
    expect(log.requests.map(({ path }) => path)).toContain('/v3/project-1/operation-logs/older');
    expect(isIncrement(third, log)).toBe(true);
  });

  it('is read from the list where that takes fewer calls', async () => {
    const { log, first } = await readOnce({ cap: 25 }, (upstream) => {
      minutely(300)(upstream);
      for (let age = 12; age < 16; age++)
        upstream.add({ createdMs: NOW_MS - age * MINUTE_MS, status: 'running' });
    });
    const again = await readAgain(log, first);
    expect(isIncrement(again, log)).toBe(true);
    expect(log.requests.every(({ path }) => path.endsWith('/operation-logs'))).toBe(true);
  });
});

describe('a change that an incremental read can miss', () => {
  it('causes a full read when a row was removed in the middle', async () => {
    const { log, first } = await readOnce({}, minutely(200));
    log.remove(log.entries[100]);
    expect(isIncrement(await readAgain(log, first), log)).toBe(false);
  });

  it('needs no full read where the oldest rows were removed', async () => {
    const { log, first } = await readOnce({}, minutely(350));
    log.entries = log.entries.slice(0, -3);
    expect(isIncrement(await readAgain(log, first), log)).toBe(true);
  });

  it('needs no full read for a record that arrives after the list was read', async () => {
    const { log, first } = await readOnce({}, minutely(200));
    log.edit = (answer) => {
      if (log.requests.length === 1) log.add();
      return answer;
    };
    const again = await readLog(log, { previous: first.read });
    expect([again.read.rows.length, isIncrement(again, log)]).toEqual([201, true]);
  });

  it('includes a record that became visible long after it was created', async () => {
    const { log, first } = await readOnce({}, minutely(200));
    log.add({ createdMs: NOW_MS - HOUR_MS });
    expect(isIncrement(await readAgain(log, first), log)).toBe(false);
  });

  it('shows at the start of the window, whichever time the filter compares', async () => {
    const { log, first } = await readOnce({ count: 'page', compares: 'startedMs' }, (upstream) => {
      for (let index = 1; index <= 360; index++) {
        const createdMs = NOW_MS - index * MINUTE_MS;
        upstream.add({ createdMs, startedMs: createdMs + 30 * SECOND_MS });
      }
    });
    const again = await readAgain(log, first);
    expect([again.read.rows.length < 360, isIncrement(again, log)]).toEqual([false, true]);
    log.nowMs += 30 * SECOND_MS;
    const later = await readAgain(log, again);
    expect([later.read.rows.length < 360, isIncrement(later, log)]).toEqual([true, true]);
  });
});

describe('a full read instead of an incremental one', () => {
  it.each([
    { count: 'total', longestMs: LARGE.wholeAfterMs },
    { count: 'page', longestMs: LARGE.wholeAfterWithoutTotalMs },
  ] as const)('happens regularly, with a count of $count', async ({ count, longestMs }) => {
    const { log, first } = await readOnce({ count }, minutely(200));
    log.nowMs = NOW_MS + longestMs - 1;
    const again = await readLog(log, { previous: first.read });
    expect(isIncrement(again, log)).toBe(true);
    log.nowMs += 1;
    expect(isIncrement(await readAgain(log, again), log)).toBe(false);
  });

  it('happens where the filter is ignored, which is not tried again for a while', async () => {
    const { log, first } = await readOnce({ compares: 'none', order: 'oldest-first' }, minutely(200));
    const second = await readAgain(log, first);
    expect(second.calls).toBe(first.calls + 1);
    log.nowMs += LARGE.wholeAfterMs;
    expect((await readAgain(log, second)).calls).toBe(first.calls);
  });

  it.each([
    undefined,
    null,
    'text',
    [],
    {},
    { version: 1 },
    { largestPage: 0 },
    { wholeMs: 'yesterday' },
    { rows: 7 },
    { readMs: NOW_MS + HOUR_MS },
  ])('happens with a bookmark of another shape: %j', async (part) => {
    const { log, first } = await readOnce({}, minutely(100));
    const isPart = typeof part === 'object' && part !== null && Object.keys(part).length > 0;
    const bookmark = isPart ? { ...(first.read.bookmark as Bookmark), ...(part as object) } : part;
    const again = await readLog(log, { previous: { ...first.read, bookmark } });
    expect([again.calls, isIncrement(again, log)]).toEqual([first.calls, false]);
  });

  it('happens after a read that was cut', async () => {
    const { log } = await readOnce({}, minutely(100));
    const cut = await readLog(log, { source: { maxTasksPerFeed: 50 } });
    expect(cut.read).toMatchObject({ truncation: 'LIMIT', bookmark: null });
  });

  it('happens where there are more rows than may be read', async () => {
    const { log } = await readOnce({}, minutely(100));
    const source = { maxTasksPerFeed: 100 };
    const first = await readLog(log, { source });
    log.add();
    const again = await readLog(log, { source, previous: first.read });
    expect(again.read).toMatchObject({ rows: { length: 100 }, truncation: 'LIMIT', bookmark: null });
  });

  it.each([
    { id: null },
    { id: 7 },
    { id: { toString: 7 } },
    { created_at: null },
    { created_at: 'yesterday' },
  ])('happens while a new record has %j', async (fields) => {
    const { log, first } = await readOnce({}, minutely(100));
    log.add({ id: 'odd' });
    log.edit = (answer) => {
      const { operation_logs: records = [] } = answer as { operation_logs?: { id?: unknown }[] };
      return { operation_logs: records.map((one) => (one.id === 'odd' ? { ...one, ...fields } : one)) };
    };
    const again = await readAgain(log, first);
    expect([again.read.rows.length > 99, again.read.bookmark]).toEqual([true, null]);
  });

  it('happens where a list starts later than requested and no count is given', async () => {
    const { log, first } = await readOnce({ count: 'none' }, minutely(200));
    log.add({ createdMs: NOW_MS + SECOND_MS });
    log.lateMs = 8 * HOUR_MS;
    const again = await readAgain(log, first);
    expect([again.read.rows.length, isIncrement(again, log)]).toEqual([201, false]);
  });

  it('happens where another record is returned than was requested', async () => {
    const { log, first } = await readOnce({}, (upstream) => {
      minutely(100)(upstream);
      upstream.add({ createdMs: NOW_MS - 5 * HOUR_MS, status: 'running', endedMs: null });
    });
    log.edit = (answer) => {
      const { operation_log: record } = answer as { operation_log?: object };
      return record === undefined ? answer : { operation_log: { ...record, id: 'log-1' } };
    };
    expect(isIncrement(await readAgain(log, first), log)).toBe(false);
  });

  it.each(['FORBIDDEN', 'NOT_FOUND', 'UPSTREAM_ERROR', 'MALFORMED'] as const)(
    'happens where a call that a full read does not make is answered with %s',
    async (reason) => {
      const { log, first } = await readOnce({}, minutely(200));
      log.edit = (answer, { query }) => {
        if (query?.limit === 1) throw new UpstreamError(reason);
        return answer;
      };
      expect(isIncrement(await readAgain(log, first), log)).toBe(false);
    },
  );

  it.each(['THROTTLED', 'UNAUTHORIZED', 'TIMEOUT', 'UNREACHABLE'] as const)(
    'does not happen where the upstream answers %s',
    async (reason) => {
      const { log, first } = await readOnce({}, minutely(200));
      log.edit = () => {
        throw new UpstreamError(reason);
      };
      await expect(readLog(log, { previous: first.read })).rejects.toMatchObject({ reason });
      expect(log.requests).toHaveLength(1);
    },
  );
});

describe('drift', () => {
  it('is that of all rows', async () => {
    const { log, first } = await readOnce({}, (upstream) => {
      upstream.add({ status: 'unheard-of' });
      upstream.add({ status: 'misheard' });
      minutely(200)(upstream);
    });
    expect(first.read.drift).toEqual({ unknownStatus: 2 });
    Object.assign(log.entries[0] ?? {}, { status: 'success' });
    log.add({ progress: 101 });
    const again = await readAgain(log, first);
    expect([again.read.drift, isIncrement(again, log)]).toEqual([{ unknownStatus: 1, wrongType: 1 }, true]);
  });

  it('shows an example of a row that is there, also after the row of the one before has changed', async () => {
    const { log, first } = await readOnce({ order: 'newest-first' }, (upstream) => {
      minutely(200)(upstream);
      upstream.add({ status: 'unheard-of' });
      upstream.add({ status: 'misheard', createdMs: NOW_MS - MINUTE_MS });
    });
    const shown = first.read.driftExamples.unknownStatus?.found;
    const changed = log.entries.find(({ status }) => status === shown);
    Object.assign(changed ?? {}, { status: 'success' });
    const again = await readAgain(log, first);
    const left = shown === 'misheard' ? 'unheard-of' : 'misheard';
    expect([again.read.driftExamples, isIncrement(again, log)]).toEqual([
      { unknownStatus: { field: 'status', found: left } },
      true,
    ]);
    expect((await readAgain(log, again)).read.driftExamples).toEqual(again.read.driftExamples);
  });
});

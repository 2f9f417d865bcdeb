import { DRIFT_KINDS, DriftLog, type DriftCounts } from '@/model/drift.js';
import { FAILURE_REASONS, type Failure } from '@/model/failure.js';
import { feedName, type Feed } from '@/model/feed.js';
import type { FeedListing, FeedRead, ReadFeed } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { jsonOf } from '@/model/json-text.js';
import type { TaskRow } from '@/model/task.js';
import { CONTEXT, ScenarioUpstream } from './scenario-upstream.js';
import type { Scenario } from './scenario.js';
import { at, feedOf, sourceOf, targetOf, type Target } from './targets.js';
import { invalidFields } from './invalid-fields.js';

/** What came of a scenario. */
export interface ScenarioResult {
  /** What no input may bring about; empty when all is well. */
  readonly invalid: readonly string[];
  /** Whether a read or listing was answered, or refused with a failure of the closed set. */
  readonly accepted: boolean;
  readonly keptRows: number;
  readonly droppedRows: number;
  /** Equal for scenarios that come to the same: kinds of tasks, drift and failures. */
  readonly outcome: string;
}

/** An endless list is read with this bound. */
const MOST_ENDLESS_ROWS = 20;
const LONGEST_WAIT_MS = 3_600_000;
const MOST_FEEDS_READ = 3;

/** Plays a scenario to a provider and checks what it makes of it. Rejects never: a throw is reported as one. */
export async function checkScenario(scenario: Scenario): Promise<ScenarioResult> {
  const result = new CheckResult(scenario);
  try {
    await result.run();
  } catch (error) {
    result.invalid.push(`threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  return result.verdict;
}

class CheckResult {
  readonly invalid: string[] = [];
  readonly #target: Target;
  readonly #source: SourceConfig;
  readonly #upstream: ScenarioUpstream;
  /** By their texts. */
  readonly #bodies = new Map<string, unknown>();
  readonly #facts = new Set<string>();
  #accepted = false;
  #keptRows = 0;
  #droppedRows = 0;

  constructor(private readonly scenario: Scenario) {
    const { provider, behind, maxRows } = scenario;
    const bound = behind === 'fresh' ? Math.min(maxRows, MOST_ENDLESS_ROWS) : maxRows;
    this.#target = targetOf(provider);
    this.#source = sourceOf(provider, bound);
    this.#upstream = new ScenarioUpstream(scenario, this.#target, this.#source);
  }

  get verdict(): ScenarioResult {
    return {
      invalid: this.invalid,
      accepted: this.#accepted,
      keptRows: this.#keptRows,
      droppedRows: this.#droppedRows,
      outcome: [this.scenario.call, ...[...this.#facts].sort()].join(' '),
    };
  }

  async run(): Promise<void> {
    const reader = this.#target.open(this.#upstream.client, this.#source);
    if (this.scenario.call === 'list') {
      const listing = await reader.listFeeds(CONTEXT);
      this.#checkListing(listing);
      const feeds = listing.outcome === 'listed' ? listing.feeds : [];
      for (const feed of feeds.slice(0, MOST_FEEDS_READ)) {
        this.#checkRead(await reader.readFeed(feed, CONTEXT), feed);
      }
    } else {
      const feed = feedOf(this.#source);
      const read = await reader.readFeed(feed, CONTEXT);
      this.#checkRead(read, feed);
      if (this.scenario.call === 'read-again' && read.outcome === 'read') {
        this.#upstream.readAgain();
        const again = await reader.readFeed(feed, { ...CONTEXT, previous: read });
        this.#checkRead(again, feed);
      }
      this.#checkRows(read, feed);
    }
    this.#checkCalls();
    if (worldState() !== WORLD) this.invalid.push('polluted a prototype');
  }

  #checkListing(listing: FeedListing): void {
    if (listing.outcome === 'failed') {
      this.#checkFailure(listing.failure);
      return;
    }
    this.#accepted = true;
    this.#facts.add(`${Math.min(listing.feeds.length, 3)} feeds`);
    const keys = new Set(listing.feeds.map(({ key }) => key));
    if (keys.size !== listing.feeds.length) this.invalid.push('listed a feed twice');
    for (const feed of listing.feeds) {
      if (!this.#isFeed(feed)) this.invalid.push(`listed ${JSON.stringify(feed)}`);
    }
  }

  #isFeed({ name, key, cluster, ...feed }: Feed): boolean {
    const isOwn = feed.source === this.#source.id && feed.provider === this.#source.provider;
    const isNamed = isShortText(key) && key !== '' && name === feedName(feed.source, key);
    const clusterName: unknown = cluster?.name ?? null;
    return isOwn && isNamed && (clusterName === null || isShortText(clusterName));
  }

  #checkFailure({ reason, retryAfterMs }: Failure): void {
    this.#facts.add(reason);
    const isWait = retryAfterMs === null || (retryAfterMs >= 0 && retryAfterMs <= LONGEST_WAIT_MS);
    if (!FAILURE_REASONS.includes(reason) || !isWait) {
      this.invalid.push(`failed with ${reason}, ${String(retryAfterMs)}`);
    }
  }

  #checkRead(read: FeedRead, feed: Feed): void {
    if (read.outcome === 'failed') {
      this.#checkFailure(read.failure);
      return;
    }
    this.#accepted = true;
    this.#keptRows += read.rows.length;
    this.#droppedRows += read.drift.droppedRow ?? 0;
    this.#checkDrift(read.drift);
    const ids = new Set(read.rows.map(({ task }) => task.id));
    if (ids.size !== read.rows.length) this.invalid.push('told a task twice');
    if (read.rows.length > this.#source.maxTasksPerFeed) this.invalid.push('read more rows than it may');
    this.#checkCoverage(read);
    const given = this.#givenRows();
    for (const row of read.rows) this.#checkRow(row, feed, given);
  }

  #checkCoverage({ coveredSince, truncation, drift }: ReadFeed): void {
    if (coveredSince !== null && new Date(coveredSince).toISOString() !== coveredSince) {
      this.invalid.push('coveredSince');
    }
    const lacksRows = truncation === 'MALFORMED';
    if (lacksRows !== (drift.droppedRow ?? 0) > 0) this.invalid.push('rows left out unsaid');
    if (lacksRows && coveredSince !== null) this.invalid.push('vouched for rows left out');
    this.#facts.add(`truncation ${String(truncation)}, covered ${String(coveredSince !== null)}`);
  }

  #checkRow({ task, raw }: TaskRow, feed: Feed, given: ReadonlySet<string>): void {
    const origin = { ...feed, feed: feed.name, rules: this.#target.rules };
    for (const invalid of invalidFields(task, origin)) {
      this.invalid.push(`task with invalid ${invalid}: ${JSON.stringify(task).slice(0, 2000)}`);
    }
    if (!given.has(textOf(parse(jsonOf(raw))))) this.invalid.push('raw is not a record as received');
    const missing = Object.entries(task).map(([, value]) => (value === null ? '-' : '+'));
    this.#facts.add(`${task.status} ${task.type} ${missing.join('')}`);
  }

  #checkDrift(drift: DriftCounts): void {
    for (const [kind, count] of Object.entries(drift)) {
      this.#facts.add(kind);
      const isKnown = (DRIFT_KINDS as readonly string[]).includes(kind);
      if (!isKnown || !Number.isSafeInteger(count) || count < 1) this.invalid.push(`drift ${kind} ${count}`);
    }
  }

  /** Row by row: each is kept or dropped. Where one body was all there was to read, all of it must be in the read. */
  #checkRows(read: FeedRead, feed: Feed): void {
    const rows = this.#rowsOf([...this.#upstream.given][0] ?? '');
    const kept = new Map<string, string>();
    const dropped: unknown[] = [];
    for (const record of rows) {
      deepFreeze(record);
      const row = this.#normalise(record, feed);
      if (row === null) dropped.push(record);
      else kept.set(textOf(record), row.task.id);
    }
    const { answers, behind } = this.scenario;
    if (answers.length === 1 && behind !== 'fresh' && read.outcome === 'read') {
      this.#compare(read, kept, dropped);
    }
  }

  #normalise(record: unknown, feed: Feed): TaskRow | null {
    const drift = new DriftLog();
    const row = this.#target.normalise(record, { source: this.#source, feed, drift });
    const isDropped = drift.counts.droppedRow === 1;
    if (isDropped !== (row === null)) this.invalid.push('a row is neither kept nor dropped, or both');
    if (row !== null && row.raw !== record) this.invalid.push('raw is not the record');
    return row;
  }

  /** `kept` has the task id of each row by what is in it: on one page, rows that differ are several. */
  #compare(read: ReadFeed, kept: ReadonlyMap<string, string>, dropped: readonly unknown[]): void {
    if (kept.size === 0 && dropped.length > 0) this.invalid.push('read rows that nothing identifies');
    if (read.truncation === 'LIMIT' || kept.size + dropped.length > this.#source.maxTasksPerFeed) return;
    const tasks = new Set(kept.values());
    const ids = read.rows.map(({ task }) => task.id);
    if (ids.length !== tasks.size || !ids.every((id) => tasks.has(id))) {
      this.invalid.push(`read ${ids.length} tasks of ${tasks.size}`);
    }
    // Rows that cannot be told apart count once, as pages may repeat them; of those with one identity all but one.
    const told = read.drift.droppedRow ?? 0;
    if (told !== new Set(dropped.map(textOf)).size + kept.size - tasks.size) {
      this.invalid.push(`dropped ${told} rows of ${dropped.length}`);
    }
  }

  /** However a list goes on, the calls are bounded by the rows that there are and may be read. */
  #checkCalls(): void {
    const { calls, given, strayPaths } = this.#upstream;
    const rows = [...given].reduce((sum, text) => sum + this.#rowsOf(text).length, 0);
    const most = 60 * (6 + Math.min(rows, this.#source.maxTasksPerFeed));
    if (calls > most) this.invalid.push(`made ${calls} calls for ${rows} rows`);
    for (const path of strayPaths) this.invalid.push(`asked for ${path}`);
  }

  #givenRows(): ReadonlySet<string> {
    const given = [...this.#upstream.given];
    const rows = given.flatMap((text) => this.#rowsOf(text));
    const single = given.map((text) => at(this.#bodyOf(text), ['operation_log']));
    return new Set([...rows, ...single].map(textOf));
  }

  #rowsOf(text: string): readonly unknown[] {
    const rows = at(this.#bodyOf(text), this.#target.rowsAt);
    return Array.isArray(rows) ? rows : [];
  }

  #bodyOf(text: string): unknown {
    if (!this.#bodies.has(text)) this.#bodies.set(text, parse(text));
    return this.#bodies.get(text);
  }
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 256;
}

/** Empty for what is nested too deep to be written down. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}

/** As JSON.parse, but that a number that a double cannot hold is the string of its digits. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text, keepDigits) as unknown;
  } catch {
    return undefined;
  }
}

function keepDigits(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? '';
  if (typeof value !== 'number' || source === '') return value;
  const digits = source.replace(/e.*/i, '').replace(/\D/g, '').replace(/^0+/, '');
  const isHeld = /^-?\d+$/.test(source) ? Number.isSafeInteger(value) : digits.length <= 17;
  return isHeld && Number.isFinite(value) ? value : source;
}

/** Without recursion: what is frozen may be nested very deep. */
function deepFreeze(value: unknown): void {
  const open = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one !== 'object' || one === null) continue;
    Object.freeze(one);
    for (const inner of Object.values(one)) open.push(inner);
  }
}

const PROTOTYPES = [
  Object.prototype,
  Array.prototype,
  String.prototype,
  Number.prototype,
  Function.prototype,
];

function worldState(): string {
  return PROTOTYPES.map((prototype) => Object.getOwnPropertyNames(prototype).join()).join(';');
}

const WORLD = worldState();

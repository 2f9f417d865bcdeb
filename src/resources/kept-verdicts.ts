import { yieldToEventLoop } from '@/scheduling/cooperative.js';
import type { MemoizedResource } from './memoized-resource.js';
import type { Removals } from './removals.js';
import type { EvidenceChange, SourceEvidence } from './source-evidence.js';
import type { RuleGroup } from './rule-book.js';
import type { Judged, SourceJudge } from './source-judge.js';
import { countsOf, type VerdictCounts } from './verdict-counts.js';

/** The verdicts on all resources of a source; the same object while none of them is judged anew. */
export class SourceVerdicts {
  #counts: ReadonlyMap<RuleGroup, VerdictCounts> | null = null;

  constructor(readonly judged: readonly Judged[]) {}

  /** By what the configuration says of the resources. */
  get counts(): ReadonlyMap<RuleGroup, VerdictCounts> {
    return (this.#counts ??= countByGroup(this.judged));
  }
}

function countByGroup(judged: readonly Judged[]): ReadonlyMap<RuleGroup, VerdictCounts> {
  const counts = new Map<RuleGroup, VerdictCounts>();
  for (const { group, judgement } of judged) countsOf(counts, group)[judgement.verdict] += 1;
  return counts;
}

/** The verdicts on the resources of one source, by resource. Columns: of tens of thousands, most are only passed by. */
interface Verdicts {
  readonly resources: readonly MemoizedResource[];
  readonly judged: Judged[];
  /** The same verdicts, for others. */
  readonly shown: SourceVerdicts;
  /** Each holds from this moment, inclusive, to the next, exclusive. Epoch milliseconds. */
  readonly fromMs: Float64Array;
  readonly untilMs: Float64Array;
  /** Where its evidence is. */
  readonly places: Uint32Array;
  /** What all of them rest on. */
  readonly basis: Basis;
}

interface Basis {
  readonly edition: object;
  readonly removals: Removals;
  readonly evidence: SourceEvidence;
}

/**
 * Keeps the verdicts on the resources of one source. Only those are judged anew whose resource or evidence has changed, and
 * those that a deadline has passed since.
 */
export class KeptVerdicts {
  #known: Verdicts | null = null;

  /** The verdicts of this judge on all resources of its source. */
  async of(judge: SourceJudge): Promise<SourceVerdicts> {
    const { resources, removals } = judge.known.resources;
    const basis = { edition: judge.edition, removals, evidence: judge.evidence };
    const known = this.#known;
    const stale = staleOf(known, { resources, basis, timeMs: judge.moment.timeMs });
    const isSame = known !== null && stale.length === 0 && known.resources.length === resources.length;
    const verdicts = isSame ? { ...known, resources, basis } : copyOf(known, resources, basis);
    await judgeAnew(verdicts, stale, judge);
    this.#known = verdicts;
    return verdicts.shown;
  }
}

interface Wanted extends Pick<Verdicts, 'resources' | 'basis'> {
  readonly timeMs: number;
}

/** The resources, by their index, on which no verdict is known that holds. */
function staleOf(known: Verdicts | null, { resources, basis, timeMs }: Wanted): readonly number[] {
  const changes = known === null ? null : changesSince(known.basis, basis);
  if (known === null || changes === null) return [...resources.keys()];
  const stale: number[] = [];
  for (let index = 0; index < resources.length; index += 1) {
    const isHolding =
      resources[index] === known.resources[index] &&
      isInTime(known, index, timeMs) &&
      isUntouched(changes[known.places[index] ?? 0], known.judged[index]);
    if (!isHolding) stale.push(index);
  }
  return stale;
}

function isInTime({ fromMs, untilMs }: Verdicts, index: number, timeMs: number): boolean {
  return timeMs >= (fromMs[index] ?? Infinity) && timeMs < (untilMs[index] ?? -Infinity);
}

/** By place; null where the verdicts cannot be compared. */
function changesSince(before: Basis, now: Basis): readonly EvidenceChange[] | null {
  if (before.edition !== now.edition || before.removals !== now.removals) return null;
  return now.evidence.changesSince(before.evidence);
}

/** A new read that shows the same proves nothing new, but where the feed could not be seen before. */
function isUntouched(change: EvidenceChange | undefined, judged: Judged | undefined): boolean {
  if (change === 'READ_AGAIN') return judged?.judgement.reasons[0] !== 'SOURCE_UNREADABLE';
  return change === 'NONE';
}

function copyOf(known: Verdicts | null, resources: Verdicts['resources'], basis: Basis): Verdicts {
  const size = resources.length;
  const copy = <Column extends Float64Array | Uint32Array>(to: Column, from: Column | undefined): Column => {
    if (from !== undefined) to.set(from.subarray(0, size));
    return to;
  };
  const judged = known?.judged.slice(0, size) ?? [];
  return {
    ...{ resources, basis, judged, shown: new SourceVerdicts(judged) },
    fromMs: copy(new Float64Array(size), known?.fromMs),
    untilMs: copy(new Float64Array(size), known?.untilMs),
    places: copy(new Uint32Array(size), known?.places),
  };
}

/** At the longest after so many tasks, other work may come in between. */
const TASKS_A_STEP = 512;

async function judgeAnew(verdicts: Verdicts, stale: readonly number[], judge: SourceJudge): Promise<void> {
  const { resources, judged, fromMs, untilMs, places } = verdicts;
  let tasks = 0;
  for (const index of stale) {
    const memoized = resources[index];
    if (memoized === undefined) continue;
    const assessment = judge.assess(memoized);
    const { group, judgement } = assessment;
    judged[index] = { memoized, group, judgement };
    fromMs[index] = judge.moment.timeMs;
    untilMs[index] = judge.holdsUntilMs(assessment);
    places[index] = judge.evidence.placeOf(memoized.resource);
    // One resource may have thousands of tasks.
    tasks += 1 + memoized.resource.rows.length;
    if (tasks < TASKS_A_STEP) continue;
    tasks = 0;
    await yieldToEventLoop();
  }
}

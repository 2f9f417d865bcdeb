import type { SimulatorSettings } from '../settings.js';
import { cbrWorkload } from './cbr-workload.js';
import { cceWorkload } from './cce-workload.js';
import { cssWorkload } from './css-workload.js';
import type { CceCluster, CssCluster, Fleet, OcpCluster } from './fleet.js';
import { ocpWorkload } from './ocp-workload.js';
import type { Random } from './random.js';
import type { CbrRecord } from './records.js';
import type { RowList } from './row-list.js';
import type { Workload } from './workload.js';

/** Shorter steps are not taken: rows are looked through at most once a (simulated) second. */
const STEP_MS = 1000;
/** A clock that jumps by weeks must not start tasks by the million. */
const MOST_STARTS_A_STEP = 100;

type TaskStarts<R extends object = object> = Pick<Workload<R>, 'rows' | 'intervalMs' | 'makeRow'>;

/** Lets tasks start, progress and end as the clock goes on. It has no timer: each call brings it up to date. */
export class Life {
  readonly #workloads = new WeakMap<object, Workload<object>>();
  readonly #nextStarts = new WeakMap<TaskStarts, number>();
  readonly #further: TaskStarts[] = [];
  readonly #held = new WeakSet<object>();
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly fleet: Fleet,
    private readonly settings: SimulatorSettings,
    private readonly random: Random,
  ) {}

  ofCss(cluster: CssCluster): Workload<CssCluster['rows']['records'][number]> {
    return this.#workload(cluster.rows, () => cssWorkload(cluster, this.random.fork(cluster.id)));
  }

  ofCbr(): Workload<CbrRecord> {
    const { accounts, protectionCases } = this.settings;
    const place = { project: accounts.project, random: this.random.fork('cbr') };
    return this.#workload(this.fleet.cbr, () =>
      cbrWorkload(this.fleet.cbr, place, protectionCases ? 'none' : 'some'),
    );
  }

  ofCce(cluster: CceCluster): Workload<CceCluster['rows']['records'][number]> {
    return this.#workload(cluster.rows, () => cceWorkload(cluster, this.random.fork(cluster.id)));
  }

  ofOcp(cluster: OcpCluster): Workload<OcpCluster['rows']['records'][number]> {
    return this.#workload(cluster.rows, () => ocpWorkload(cluster, this.random.fork(String(cluster.id))));
  }

  /** Starts further tasks in a feed. They go on and end as all tasks of the feed do. */
  alsoStart<R extends object>(starts: TaskStarts<R>): void {
    this.#further.push(starts as unknown as TaskStarts);
  }

  /** Keeps a record, or all rows of a feed, as they are. */
  hold(held: object): void {
    this.#held.add(held);
  }

  /** Brings the whole fleet to a moment. */
  advance(nowMs: number): void {
    const { rate } = this.settings.life;
    if (rate <= 0 || (nowMs - this.#lastMs) * rate < STEP_MS) return;
    this.#lastMs = nowMs;
    const workloads = this.#all().filter(({ rows }) => !this.#held.has(rows));
    for (const starts of [...workloads, ...this.#further]) this.#startTasks(starts, nowMs, rate);
    for (const workload of workloads) {
      for (const record of workload.rows.records) {
        if (!this.#held.has(record)) workload.advance(record, { nowMs, rate });
      }
    }
  }

  #startTasks(starts: TaskStarts, nowMs: number, rate: number): void {
    const intervalMs = starts.intervalMs / rate;
    const fromMs = nowMs - MOST_STARTS_A_STEP * intervalMs;
    let startMs = Math.max(this.#nextStarts.get(starts) ?? nowMs + intervalMs, fromMs);
    for (; startMs <= nowMs; startMs += intervalMs) starts.rows.add(starts.makeRow(Math.round(startMs)));
    this.#nextStarts.set(starts, startMs);
  }

  #all(): Workload<object>[] {
    return [
      ...this.fleet.css.map((cluster) => this.ofCss(cluster)),
      this.ofCbr(),
      ...this.fleet.cce.map((cluster) => this.ofCce(cluster)),
      ...this.fleet.allOcpClusters.map((cluster) => this.ofOcp(cluster)),
    ] as unknown as Workload<object>[];
  }

  /** One workload a feed, so that its random stream goes on instead of beginning anew. */
  #workload<R extends object>(rows: RowList<R>, make: () => Workload<R>): Workload<R> {
    const known = this.#workloads.get(rows);
    if (known !== undefined) return known as unknown as Workload<R>;
    const made = make();
    this.#workloads.set(rows, made as unknown as Workload<object>);
    return made;
  }
}

import type { SentPage } from '../../support/tasks.js';
import { split, type UpstreamOfTasks, UPSTREAMS } from '../../support/upstreams.js';
import type { Reply } from './soak-caller.js';
import type { Question } from './questions.js';

/** How many tasks each upstream has, and which. */
export type ExpectedTasks = ReadonlyMap<UpstreamOfTasks, readonly string[]>;

const MOST_EXAMPLES = 5;

/** The tasks of a whole answer, by upstream. */
export function expectedTasksIn({ tasks }: SentPage): ExpectedTasks {
  return new Map(
    UPSTREAMS.map((upstream) => {
      const ids = split(tasks, upstream).own.map(({ id }) => id);
      return [upstream, ids.sort()] as const;
    }),
  );
}

/** Counts answers, and those that should not have been given. */
export class AnswerCounts {
  answers = 0;
  partial = 0;
  /** Complete answers whose tasks were compared with the truth. */
  compared = 0;
  /** A few of each kind that is wrong. */
  readonly wrong: string[] = [];
  readonly silent: string[] = [];

  constructor(private readonly truth: ExpectedTasks) {}

  /** `checked`: the answer cannot be of altered rows. */
  note(question: Question, { status, page }: Reply, checked: boolean): void {
    if (status === null) return;
    this.answers += 1;
    if (!question.expected.includes(status)) this.#add(this.wrong, `${question.path} ${status}`);
    if (page === null) return;
    const { complete, problems } = page.completeness;
    if (!complete) this.partial += 1;
    if (complete !== (problems.length === 0)) this.#add(this.silent, `${question.path} without its problems`);
    if (complete && checked && question.about !== null) this.#compare(question.path, page, question.about);
  }

  #compare(path: string, { tasks, totalSize }: SentPage, about: readonly UpstreamOfTasks[]): void {
    this.compared += 1;
    const ids = about.flatMap((upstream) => this.truth.get(upstream) ?? []);
    const isWhole = tasks.length === ids.length;
    const isRight = totalSize === ids.length && (!isWhole || isSame(ids, tasks));
    if (!isRight) this.#add(this.silent, `${path}: ${totalSize} of ${ids.length}`);
  }

  #add(examples: string[], example: string): void {
    if (examples.length < MOST_EXAMPLES) examples.push(example);
  }
}

function isSame(ids: readonly string[], tasks: SentPage['tasks']): boolean {
  const known = new Set(ids);
  return tasks.every(({ id }) => known.has(id));
}

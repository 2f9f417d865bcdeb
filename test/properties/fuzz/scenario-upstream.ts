import type { ReadContext } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { clockOf } from '../../support/clock.js';
import type { HttpAnswer, HttpCall } from '@/upstream/http/http-exchange.js';
import { JsonReader } from '@/upstream/http/json/json-reader.js';
import { SourceClient, type SourceClientDependencies } from '@/upstream/source-client.js';
import { UpstreamError } from '@/upstream/upstream-error.js';
import { SilentObserver } from '@/upstream/upstream-observer.js';
import type { Answer, Scenario } from './scenario.js';
import { at, NOW_MS, withValue, type Target } from './targets.js';

/** Far beyond what any scenario takes; then a walk that does not end is ended, and found by its calls. */
const MOST_CALLS = 20_000;

/** An upstream that plays a scenario to the product's own client, below which only the sockets are missing. */
export class ScenarioUpstream {
  readonly client: SourceClient;
  /** The texts of all answers. */
  readonly given = new Set<string>();
  /** Paths that were asked for and are none of the provider's. */
  readonly strayPaths: string[] = [];
  #calls = 0;
  #callsBefore = 0;
  #answers: Scenario['answers'];

  constructor(
    private readonly scenario: Scenario,
    private readonly target: Target,
    source: SourceConfig,
  ) {
    const { call, answers } = scenario;
    this.#answers = call === 'read-again' ? [answers[0]] : answers;
    const parts: Partial<Record<keyof SourceClientDependencies, unknown>> = {
      ...{ source, protocol: target.protocol, observer: new SilentObserver(), clock: clockOf(() => NOW_MS) },
      authenticator: { gate: OPEN_GATE, headersFor: () => ({}) },
      exchange: { send: (call: HttpCall) => this.#answer(call) },
      limits: NO_LIMITS,
      retries: NO_RETRIES,
    };
    this.client = new SourceClient(parts as unknown as SourceClientDependencies);
  }

  get calls(): number {
    return this.#calls;
  }

  /** A feed that is read again was told by the first answer alone before, and is by the others from now on. */
  readAgain(): void {
    const [first, second, ...others] = this.scenario.answers;
    this.#answers = [second ?? first, ...others];
    this.#callsBefore = this.#calls;
  }

  #answer({ url }: HttpCall): Promise<HttpAnswer> {
    const path = new URL(url).pathname;
    if (!this.target.paths.test(path)) this.strayPaths.push(path);
    const { status, headers, text } = this.#next();
    this.#calls += 1;
    // As it comes over a wire: half a surrogate pair cannot.
    const body = Buffer.from(text);
    this.given.add(body.toString());
    if (status === 0 || this.#calls > MOST_CALLS) return Promise.reject(new UpstreamError('UNREACHABLE'));
    const header = (name: string): string | null => headers[name] ?? null;
    return Promise.resolve({ status, body: jsonOf(body), demandsCertificate: false, header });
  }

  #next(): Answer {
    const { behind } = this.scenario;
    const answers = this.#answers;
    const index = this.#calls - this.#callsBefore;
    if (behind === 'cycle') return answers[index % answers.length] ?? answers[0];
    const answer = answers[Math.min(index, answers.length - 1)] ?? answers[0];
    return behind === 'fresh' && index >= answers.length ? this.#renewed(answer) : answer;
  }

  /** The same rows under other ids. */
  #renewed(answer: Answer): Answer {
    const { rowsAt, idAt } = this.target;
    let body: unknown;
    try {
      body = JSON.parse(answer.text);
    } catch {
      return answer;
    }
    const rows = at(body, rowsAt);
    if (!Array.isArray(rows)) return answer;
    const renewed = rows.map((row, index) => withValue(row, idAt, `${this.#calls}-${index}`));
    return { ...answer, text: JSON.stringify(withValue(body, rowsAt, renewed)) };
  }
}

const OPEN_GATE = {
  assertOpen: () => undefined,
  pass: <T>(_signal: AbortSignal, call: () => Promise<T>): Promise<T> => call(),
};

const NO_LIMITS = {
  run: <T>(_signal: AbortSignal, work: () => Promise<T>): Promise<T> => work(),
  call: <T>(_signal: AbortSignal, work: () => Promise<T>): Promise<T> => work(),
  spend: () => Promise.resolve(),
  gate: { closeFor: () => undefined },
};

const NO_RETRIES = { run: <T>(_signal: AbortSignal, call: () => Promise<T>): Promise<T> => call() };

export const CONTEXT: ReadContext = {
  signal: new AbortController().signal,
  onCall: () => undefined,
  previous: null,
};

function jsonOf(body: Buffer): unknown {
  const reader = new JsonReader();
  Array.from(reader.push(body));
  return reader.end();
}

/** How a word of the API looks: a shape and a colour, always beside the word itself. */
export type Shape = 'check' | 'cross' | 'question' | 'dash' | 'warning' | 'play' | 'clock' | 'pause' | 'dots';
export type Tone = 'good' | 'bad' | 'unknown' | 'idle' | 'warn' | 'busy';

export interface Look {
  readonly shape: Shape;
  readonly tone: Tone;
}

const GOOD: Look = { shape: 'check', tone: 'good' };
const BAD: Look = { shape: 'cross', tone: 'bad' };
const UNKNOWN: Look = { shape: 'question', tone: 'unknown' };
const IDLE: Look = { shape: 'dash', tone: 'idle' };
const BUSY: Look = { shape: 'play', tone: 'busy' };
const WAITING: Look = { shape: 'dots', tone: 'busy' };
const WARN: Look = { shape: 'warning', tone: 'warn' };

const LOOKS: Readonly<Record<string, Look>> = {
  // verdicts
  OK: GOOD,
  VIOLATED: BAD,
  NOT_EXPECTED: IDLE,
  // statuses of tasks
  SUCCEEDED: GOOD,
  FAILED: BAD,
  TIMED_OUT: BAD,
  RUNNING: BUSY,
  PENDING: WAITING,
  PAUSED: { shape: 'pause', tone: 'warn' },
  SKIPPED: IDLE,
  STOPPED: IDLE,
  // states of feeds
  FRESH: GOOD,
  LOADING: WAITING,
  STALE: { shape: 'clock', tone: 'warn' },
  TRUNCATED: WARN,
  DISABLED: IDLE,
};

/** How a word looks; one that the page does not know looks unknown. */
export function lookOf(word: string): Look {
  return LOOKS[word] ?? UNKNOWN;
}

/** The states of a day with what they mean, in the order of the legend. */
export const DAY_MEANINGS = {
  SUCCEEDED: 'succeeded',
  WARNING: 'succeeded with warnings',
  FAILED: 'failed',
  RUNNING: 'is running',
  MISSED: 'a run was due, and none was there',
  NONE: 'nothing was due, and nothing began or ended',
  UNKNOWN: 'not known: not all of it could be seen',
} as const;

/** The name of the look of a day: its state in lower case, `unknown` for one that the page does not know. */
export function dayLook(state: string): string {
  return Object.hasOwn(DAY_MEANINGS, state) ? state.toLowerCase() : 'unknown';
}

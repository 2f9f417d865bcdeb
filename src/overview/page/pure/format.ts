/** The reader's time zone. UTC where the browser does not tell. */
export function readersTimeZone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone === '' || timeZone === 'Etc/Unknown' ? 'UTC' : timeZone;
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = `${timeZone} ${Object.keys(options).join()}`;
  const known = FORMATS.get(name) ?? new Intl.DateTimeFormat('en-GB', { timeZone, ...options });
  FORMATS.set(name, known);
  return known;
}

const DATE = { day: 'numeric', month: 'short' } as const;
const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;

/** `29 Nov, 14:05:09`, with the year where it is not the present one. */
export function formatTime(time: string, timeZone: string, nowMs: number): string {
  const date = new Date(time);
  const year = { year: 'numeric' } as const;
  const yearOf = (when: Date): string => formatOf(timeZone, year).format(when);
  const isThisYear = yearOf(date) === yearOf(new Date(nowMs));
  return formatOf(timeZone, isThisYear ? { ...DATE, ...CLOCK } : { ...DATE, ...CLOCK, ...year }).format(date);
}

/** `14:05:09` */
export function formatClock(epochMs: number, timeZone: string): string {
  return formatOf(timeZone, CLOCK).format(epochMs);
}

/** `Sun 29 Nov` of a calendar day such as `2026-11-29`. */
export function formatDay(date: string): string {
  return formatOf('UTC', { weekday: 'short', ...DATE })
    .format(new Date(`${date}T00:00:00Z`))
    .replace(',', '');
}

/** The calendar day of a moment, as `2026-11-29`. */
export function dayOf(epochMs: number, timeZone: string): string {
  const parts = formatOf(timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(
    epochMs,
  );
  const part = (name: string): string => parts.find(({ type }) => type === name)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** A length of time by its two largest units: `2 d 4 h`, `3 min 5 s`, `12 s`, `0.4 s`. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return seconds === 0 ? '0 s' : `${Math.max(0.1, Math.round(seconds * 10) / 10)} s`;
  const whole = Math.round(seconds);
  const largest = UNITS.findIndex(([, size]) => whole >= size);
  const [unit, size] = UNITS[largest] ?? UNITS[3];
  const next = UNITS[largest + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % size) / next[1]);
  const first = `${Math.floor(whole / size)} ${unit}`;
  return rest === 0 || next === undefined ? first : `${first} ${rest} ${next[0]}`;
}

/** A length of time by its largest unit: `3 min`. */
export function formatSpan(seconds: number): string {
  const [unit, size] = UNITS.find(([, unitSeconds]) => seconds >= unitSeconds) ?? UNITS[3];
  return `${Math.max(0, Math.floor(seconds / size))} ${unit}`;
}

/** How long ago something was: `3 min ago`. What lies ahead by a clock that differs is now. */
export function formatAge(seconds: number): string {
  return `${formatSpan(seconds)} ago`;
}

const NUMBER = new Intl.NumberFormat('en-GB');

/** `7,302` */
export function formatCount(count: number): string {
  return NUMBER.format(count);
}

/** `1 source`, `2 sources` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A word of the API for people: `NOT_EXPECTED` is `Not expected`. */
export function formatWord(word: string): string {
  if (word === 'OK') return word;
  const text = word.toLowerCase().replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The source and the feed of a full feed name. */
export function feedParts(name: string): { readonly source: string; readonly feed: string } {
  const [, source = name, , feed = name] = name.split('/');
  return { source, feed };
}

/** A feed within its source. `-` stands for all feeds of a source whose list cannot be read. */
export function feedLabel(name: string): string {
  const { feed } = feedParts(name);
  return feed === '-' ? 'all feeds' : feed;
}

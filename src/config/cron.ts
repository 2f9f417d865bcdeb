import { Cron } from 'croner';
import { hasCronFields } from '@/model/cron-fields.js';
import { scalar } from './shape.js';
import type { Shape } from './shape.js';

/** A cron expression. What it allows is what the schedules of `resources` allow. */
export function cron(): Shape<string> {
  const shape = scalar({
    allowed: 'five fields: minute, hour, day of month, month, weekday, such as "0 2 * * mon-fri"',
    schema: { type: 'string' },
    parse: ({ value }) => (typeof value === 'string' && runsOf(value) === 'some' ? value : undefined),
  });
  return {
    ...shape,
    read: (node, problems) => {
      // A value that was put in for a placeholder is not shown.
      const isShown = node.kind === 'scalar' && typeof node.value === 'string' && !node.substituted;
      const fault = isShown ? faultOf(node.value) : null;
      if (fault === null) return shape.read(node, problems);
      problems.note(node, fault);
      return undefined;
    },
  };
}

/** null where there is none, or none that concerns a single field. */
function faultOf(expression: string): string | null {
  const runs = runsOf(expression);
  if (runs === 'none')
    return `the days of "${expression}" never come; use a day of month that its months have`;
  const fields = expression.trim().split(/\s+/);
  if (runs === 'some' || fields.length !== FIELDS.length || expression.length > LONGEST_SHOWN) return null;
  const faults = FIELDS.map((field, at) => fieldFault(fields[at] ?? '', field));
  return faults.find((fault) => fault !== null) ?? null;
}

const LONGEST_SHOWN = 80;

function runsOf(expression: string): 'some' | 'none' | 'malformed' {
  if (!hasCronFields(expression)) return 'malformed';
  try {
    const runs = new Cron(expression, { mode: '5-part', timezone: 'UTC', paused: true });
    return runs.nextRun(new Date(0)) === null ? 'none' : 'some';
  } catch {
    return 'malformed';
  }
}

interface Field {
  readonly title: string;
  readonly min: number;
  readonly max: number;
  /** Of `min` and the numbers after it. */
  readonly names: readonly string[];
}

const FIELDS: readonly Field[] = [
  { title: 'minute', min: 0, max: 59, names: [] },
  { title: 'hour', min: 0, max: 23, names: [] },
  { title: 'day of month', min: 1, max: 31, names: [] },
  { title: 'month', min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { title: 'weekday', min: 0, max: 7, names: 'sun mon tue wed thu fri sat sun'.split(' ') },
];

function fieldFault(text: string, field: Field): string | null {
  const faults = text.split(',').map((part) => partFault(part, field));
  return faults.find((fault) => fault !== null) ?? null;
}

const PART = /^(?:\*|([^-/*]+)(?:-([^-/*]+))?)(?:\/(\d+))?$/;

/** Of an item of a list: `*`, a number, a name or a range; `*` and ranges with a step or without. */
function partFault(part: string, field: Field): string | null {
  const [written, from, to, step] = PART.exec(part) ?? [];
  if (written === undefined) return refuse(part, field);
  return (
    (from === undefined ? null : rangeFault(from, to ?? from, field)) ??
    (step === undefined ? null : stepFault(part, step, field))
  );
}

function rangeFault(from: string, to: string, field: Field): string | null {
  const { title, min, max, names } = field;
  const [first, last] = [valueOf(from, field), lastOf(to, field)];
  if (first === null) return refuse(from, field);
  if (last === null) return refuse(to, field);
  if (first <= last) return null;
  const [start, end] = /^\d/.test(from) ? [min, max] : [names[0], names.at(-1)];
  return `the range "${from}-${to}" of the ${title} does not ascend; use ${from}-${end},${start}-${to}`;
}

function stepFault(part: string, step: string, { title, min, max }: Field): string | null {
  if (/^[^*-]+$/.test(part))
    return `the ${title} "${part}" has a step without a range; use */${step}, or a range such as ${part.replace('/', `-${max}/`)}`;
  const largest = min === 0 && title !== 'weekday' ? max + 1 : max;
  const isStep = Number(step) >= 1 && Number(step) <= largest;
  return isStep ? null : `the step ${step} of the ${title} is not valid; use 1 to ${largest}`;
}

function refuse(text: string, { title, min, max, names }: Field): string {
  const named = names.length === 0 ? '' : `, or ${title === 'weekday' ? 'sun to sat' : 'jan to dec'}`;
  return `the ${title} "${text}" is not valid; use ${min} to ${max}${named}`;
}

function valueOf(text: string, { min, max, names }: Field): number | null {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return min + named;
  return /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : null;
}

/** As the end of a range, Sunday is 7. */
function lastOf(text: string, field: Field): number | null {
  return text.toLowerCase() === field.names.at(-1) ? field.max : valueOf(text, field);
}

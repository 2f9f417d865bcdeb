import type { Random } from '../fleet/random.js';
import type { FaultBounds } from './exchange.js';
import type { Faults, FaultSettings } from './fault.js';

/** How far one fault has come. */
interface Course {
  /** Calls within its scope so far. */
  seen: number;
  /** Calls that it has met. */
  met: number;
  readonly random: Random;
}

/** A fault that a call meets, and the fault's own stream of random values. */
export interface MetFault {
  readonly fault: FaultSettings;
  readonly random: Random;
}

/** Decides which calls meet a fault. It counts by the settings object: one that is set again goes on counting. */
export class FaultSchedule {
  readonly #courses = new WeakMap<FaultSettings, Course>();

  constructor(private readonly random: Random) {}

  /** The first of the faults that meets a call for the feed; each counts the calls by itself. */
  meet(faults: Faults, feed: string | null): MetFault | null {
    const met = [faults]
      .flat()
      .filter((fault) => fault !== null)
      .map((fault) => (typeof fault === 'string' ? { kind: fault } : fault))
      .filter((fault) => fault.only === undefined || fault.only === feed)
      .filter((fault) => this.#counts(fault));
    const [fault] = met;
    return fault === undefined ? null : { fault, random: this.#courseOf(fault).random };
  }

  #counts(fault: FaultSettings): boolean {
    const course = this.#courseOf(fault);
    course.seen += 1;
    if (!isWithin(fault, course)) return false;
    course.met += 1;
    return course.met <= (fault.times ?? Number.POSITIVE_INFINITY);
  }

  #courseOf(fault: FaultSettings): Course {
    const known = this.#courses.get(fault);
    if (known !== undefined) return known;
    const course = { seen: 0, met: 0, random: this.random.fork(`${fault.kind} of ${fault.only ?? 'all'}`) };
    this.#courses.set(fault, course);
    return course;
  }
}

function isWithin({ at, every, rate }: FaultBounds, { seen, random }: Course): boolean {
  // Drawn for every call, so that the other bounds do not shift which calls it falls on.
  const isDrawn = rate === undefined || random.chance(rate);
  const isPlaced = at === undefined || [at].flat().includes(seen);
  const isTurn = every === undefined || seen % every === 0;
  return isDrawn && isPlaced && isTurn;
}

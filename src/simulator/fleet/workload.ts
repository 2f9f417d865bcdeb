import { hashText } from './random.js';
import type { RowList } from './row-list.js';

/** How the tasks of one feed come and go. Everything a task will do follows from its id and its age. */
export interface Workload<R extends object> {
  readonly rows: RowList<R>;
  /** Between the starts of two tasks at rate 1. */
  readonly intervalMs: number;
  /** A task that has just been created. */
  readonly makeRow: (createdMs: number) => R;
  /** Brings a task to where it is at a moment; a task that has ended stays as it is. */
  readonly advance: (record: R, moment: LifeMoment) => void;
}

export interface LifeMoment {
  readonly nowMs: number;
  /** How many times faster than real tasks this one lives. */
  readonly rate: number;
}

/** A number from 0 to 1 that belongs to a record for good. */
export function fateOf(id: string, question: string): number {
  return hashText(`${question}/${id}`) / 2 ** 32;
}

export interface Course {
  /** 0 to 1; 1 is the end. */
  readonly done: number;
  readonly endMs: number;
}

/** How far a task that takes `durationMs` at rate 1 has come. */
export function courseOf(startMs: number, durationMs: number, moment: LifeMoment): Course {
  const tookMs = Math.max(1, Math.round(durationMs / moment.rate));
  const done = Math.min(1, Math.max(0, (moment.nowMs - startMs) / tookMs));
  return { done, endMs: startMs + tookMs };
}

/** The choice that a record's fate falls on, each as likely as its weight. */
export function fateAmong<T extends string>(
  fate: number,
  weights: readonly (readonly [T, number])[],
): T | null {
  let left = fate * weights.reduce((sum, [, weight]) => sum + weight, 0);
  return weights.find(([, weight]) => (left -= weight) < 0)?.[0] ?? null;
}

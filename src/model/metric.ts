import type { FeedCollection, Freshness } from './collection.js';

/** One value; its labels are in the form of `labelText`, empty where there are none. */
export type Series = readonly [labels: string, value: number];

/** A metric with all its series, as Prometheus reads it. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly series: readonly Series[];
}

/** What the configuration says about metrics. */
export interface MetricsConfig {
  /** As many resources have series of their own, at most. */
  readonly maxResources: number;
}

/** Answers a scrape with what it knows of the feeds that the caller sees. */
export abstract class MetricSource {
  /** Brings the feeds to this freshness first, as any question does. Never fails for an upstream's sake. */
  abstract collect(collection: FeedCollection, freshness: Freshness): Promise<readonly MetricFamily[]>;
}

/** Names come from upstreams; nothing is found by them. */
const LONGEST_VALUE = 512;

/**
 * Labels in the form of the Prometheus text format, without the braces: `source="a",name="b \"c\""`. Of long values the
 * beginning is kept.
 */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

function escaped(value: string): string {
  const short = value.length > LONGEST_VALUE ? value.slice(0, LONGEST_VALUE).toWellFormed() : value;
  return SPECIAL.test(short) ? short.replaceAll(EACH_SPECIAL, (found) => ESCAPES[found] ?? found) : short;
}

// Prometheus takes a zero character for the end of the answer, and would lose all of it.
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\0': '\uFFFD' };
const SPECIAL = /[\\"\n\0]/;
const EACH_SPECIAL = /[\\"\n\0]/g;

import { describe, expect, it } from 'vitest';
import { canSkipPromtool } from './promtool.js';
import { runRuleTest, type InputSeries } from './rule-test.js';
import { firesFrom, firing, rules, type Fired } from './rules.js';

const suite = canSkipPromtool() ? describe.skip : describe;

/** Of a scrape; `a` and `b` are two replicas. */
const A = 'job="tributary",instance="a"';
const B = 'job="tributary",instance="b"';
const REPLICA = { job: 'tributary', instance: 'a' };

/** A value for so many minutes, and then another one, as promtool writes it. */
const steps = (...values: (readonly [value: string, minutes: number])[]): string =>
  values.map(([value, minutes]) => `${value}x${minutes - 1}`).join(' ');

interface Case {
  readonly alert: string;
  /** What happens, in words. */
  readonly event: string;
  readonly series: Readonly<Record<string, string>>;
  readonly firesAtMinute: number;
  readonly fired: Fired;
  readonly clearAtMinute: number;
  /** Alerts that say no more than this one and therefore never fire with it. */
  readonly silent?: readonly string[];
}

/** The metrics, one value a minute: all is well for ten minutes, then not, then again. */
const CASES: readonly Case[] = [
  {
    alert: 'TributaryTargetDown',
    event: 'one of two replicas cannot be scraped',
    series: { [`up{${A}}`]: steps(['1', 10], ['0', 20], ['1', 20]), [`up{${B}}`]: steps(['1', 50]) },
    firesAtMinute: 15,
    fired: REPLICA,
    clearAtMinute: 30,
  },
  {
    alert: 'TributaryRestarting',
    event: 'a replica starts again three times, another process just as often',
    series: {
      [`process_start_time_seconds{${A}}`]: '100x9 800x4 1100x4 1400x60',
      [`process_start_time_seconds{job="other",instance="o"}`]: '100x9 800x4 1100x4 1400x60',
      [`tributary_build_info{${A},version="1.0.0"}`]: steps(['1', 80]),
    },
    firesAtMinute: 20,
    fired: { ...REPLICA, value: '3' },
    clearAtMinute: 71,
  },
  {
    alert: 'TributaryReloadFailed',
    event: 'the files of one replica are not valid',
    series: {
      [`tributary_config_last_reload_successful{${A}}`]: steps(['1', 10], ['0', 20], ['1', 20]),
      [`tributary_config_last_reload_successful{${B}}`]: steps(['1', 50]),
    },
    firesAtMinute: 20,
    fired: REPLICA,
    clearAtMinute: 30,
  },
  {
    alert: 'TributaryOverloaded',
    event: 'a replica turns away a tenth of its requests, another one a thousandth',
    series: {
      [`tributary_http_shed_total{${A},cause="queue"}`]: '0x9 60+60x19 1200x30',
      [`tributary_http_shed_total{${A},cause="in-flight"}`]: steps(['0', 60]),
      [`http_server_request_duration_seconds_count{${A},http_route="/v1/tasks"}`]: '0+540x60',
      [`tributary_http_shed_total{${B},cause="queue"}`]: '0+1x60',
      [`http_server_request_duration_seconds_count{${B},http_route="/v1/tasks"}`]: '0+999x60',
    },
    firesAtMinute: 15,
    fired: { ...REPLICA, value: '10%' },
    clearAtMinute: 34,
  },
  {
    alert: 'TributaryRedisDown',
    event: 'one of two replicas cannot use Redis',
    series: {
      [`tributary_redis_up{${A}}`]: steps(['1', 10], ['0', 20], ['1', 20]),
      [`tributary_redis_up{${B}}`]: steps(['1', 50]),
    },
    firesAtMinute: 15,
    fired: REPLICA,
    clearAtMinute: 30,
  },
  {
    alert: 'TributaryCredentialRefused',
    event: 'an upstream refuses the credentials of a source, as both replicas tell',
    series: {
      [`tributary_source_credential_refused{${A},source="logs"}`]: steps(['0', 10], ['1', 20], ['0', 40]),
      [`tributary_source_credential_refused{${B},source="logs"}`]: steps(['0', 10], ['1', 20], ['0', 40]),
      [`tributary_source_credential_refused{${A},source="servers"}`]: steps(['0', 70]),
      [`tributary_source_up{${A},source="logs"}`]: steps(['1', 10], ['0', 20], ['1', 40]),
    },
    firesAtMinute: 25,
    fired: { job: 'tributary', source: 'logs' },
    clearAtMinute: 55,
    silent: ['BackupSourceBlind'],
  },
  {
    alert: 'TributaryUpstreamDrift',
    event: 'rows of one source have unknown statuses, of another new fields',
    series: {
      [`tributary_feed_drift{${A},source="logs",feed="f",kind="unknownStatus"}`]: '_x10 3x19 stale',
      [`tributary_feed_drift{${A},source="servers",feed="g",kind="unknownField"}`]: '_x10 3x19 stale',
    },
    firesAtMinute: 25,
    fired: { job: 'tributary', source: 'logs', kind: 'unknownStatus' },
    clearAtMinute: 56,
  },
  {
    alert: 'TributaryDataOld',
    event: 'a feed is not read for 35 minutes, and another one is fresh however old it is',
    series: {
      [`tributary_feed_age_seconds{${A},source="logs",feed="f"}`]: '0+60x40 0x20',
      [`tributary_feed_state{${A},source="logs",feed="f",state="FRESH",reason="",cause=""}`]:
        '1x9 stale _x29 1x20',
      [`tributary_feed_state{${A},source="logs",feed="f",state="STALE",reason="TIMEOUT",cause="TIMEOUT"}`]:
        '_x10 1x29 stale',
      [`tributary_feed_age_seconds{${A},source="servers",feed="g"}`]: '3600x60',
      [`tributary_feed_state{${A},source="servers",feed="g",state="FRESH",reason="",cause=""}`]: '1x60',
    },
    firesAtMinute: 36,
    fired: { job: 'tributary', source: 'logs', value: '36m 0s' },
    clearAtMinute: 57,
  },
];

function seriesOf({ series }: Case): InputSeries[] {
  return Object.entries(series).map(([name, values]) => ({ series: name, values }));
}

suite('the alerts about sources and gateways', () => {
  it('are all here', () => {
    const named = rules.map(({ alert }) => alert).filter((alert) => alert.startsWith('Tributary'));
    expect(CASES.map(({ alert }) => alert).sort()).toEqual(named.sort());
  });

  it.each(CASES)('$alert fires and clears when $event', (each) => {
    const expected = [
      ...firesFrom(each.firesAtMinute, each.alert, each.fired),
      firing(each.alert, each.clearAtMinute),
      ...(each.silent ?? []).flatMap((alert) =>
        Array.from({ length: each.clearAtMinute }, (_, minute) => firing(alert, minute)),
      ),
    ];
    const test = { minutesApart: 1, series: seriesOf(each), expected };
    expect(runRuleTest(test)).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
  });
});

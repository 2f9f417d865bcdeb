import { fateOf } from '../fleet/workload.js';

/** `2021-09-23T14:33:17.357+0800`, with or without the colon in the offset: OCP writes both. */
export function offsetTime(epochMs: number, style: { offsetMinutes: number; colon: boolean }): string {
  const local = new Date(epochMs + style.offsetMinutes * 60_000).toISOString().slice(0, -1);
  return local + offsetText(style.offsetMinutes, style.colon ? ':' : '');
}

/** `2020-02-23T01:00:32Z`. */
export function zuluSeconds(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** `2019-02-13T06:52:13.855000Z`, as IAM writes times. */
export function zuluMicroseconds(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}

/** `2019-02-13T06:52:13`, UTC without saying so, as CSS writes the times of clusters. */
export function zonelessSeconds(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19);
}

export interface GoTimeStyle {
  /** `+0800 CST` */
  readonly zone: string;
  readonly fractionDigits: number;
  readonly monotonic: boolean;
}

/** What Go's `time.Time.String()` prints: trailing zeros of the fraction are dropped. */
export function goTime(epochMs: number, style: GoTimeStyle): string {
  const local = new Date(epochMs + zoneMinutes(style.zone) * 60_000).toISOString();
  const fraction = (local.slice(20, 23) + finerDigits(epochMs))
    .slice(0, style.fractionDigits)
    .replace(/0+$/, '');
  const text = `${local.slice(0, 10)} ${local.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`} ${style.zone}`;
  return style.monotonic ? `${text} m=+${((epochMs % 1_000_000) / 1000 + 0.000073523).toFixed(9)}` : text;
}

/** The clock gives milliseconds; the digits below are made up, the same for the same moment. */
function finerDigits(epochMs: number): string {
  return String(Math.floor(fateOf(String(epochMs), 'nanoseconds') * 1_000_000)).padStart(6, '0');
}

function zoneMinutes(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

function offsetText(offsetMinutes: number, separator: string): string {
  const minutes = Math.abs(offsetMinutes);
  const [hh, mm] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${offsetMinutes < 0 ? '-' : '+'}${String(hh)}${separator}${String(mm)}`;
}

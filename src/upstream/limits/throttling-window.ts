import { rawObject } from '../records/raw.js';

/**
 * `policy user over ratelimit,limit:200,time:5 minute`, `policy ip over ratelimit,limit:5,time:1 second`
 * (terraform-provider-huaweicloud#1335, terraform-provider-sbercloud#388): calls of all who share the user, or the
 * address, are counted in windows of that length.
 */
const WINDOW = /over ratelimit,\s*limit:\s*\d{1,9},\s*time:\s*(\d{1,9})\s*(second|minute|hour|day)/i;

const UNITS_MS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** The length of the window that Huawei's API gateway says is used up, in milliseconds; null where it names none. */
export function throttlingWindowMs(body: unknown): number | null {
  const text = rawObject(body) === null ? undefined : (body as { error_msg?: unknown }).error_msg;
  const [, count, unit] = (typeof text === 'string' ? WINDOW.exec(text) : null) ?? [];
  if (count === undefined || unit === undefined) return null;
  return Number(count) * (UNITS_MS[unit.toLowerCase()] ?? 0);
}

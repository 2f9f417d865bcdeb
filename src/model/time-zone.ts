/**
 * The name of a time zone, in whatever case, as IANA's database writes it; undefined where this Node.js knows none. Offsets
 * such as `+01:00` are none: they do not know when the clocks change.
 */
export function timeZoneNamed(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

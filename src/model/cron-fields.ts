const NAME = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat';
const FIELDS = new RegExp(`^(?:(?:[\\d*,/-]|${NAME})+(?:\\s+|$)){5}$`, 'i');

/**
 * True for five fields with lists, ranges, steps and names. Whether their numbers are those of some time is not looked at;
 * seconds, years and letters such as `L` are no part of it.
 */
export function hasCronFields(cron: string): boolean {
  return FIELDS.test(cron.trim());
}

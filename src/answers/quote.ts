const MOST_NAMED = 10;
const LONGEST_SHOWN = 80;

/** A found value in quotes, shortened, so that an error stays readable whatever was sent. */
export function quote(value: string): string {
  return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
}

/** Found values in quotes: the first ones, and how many more there are. */
export function quoteSome(values: readonly string[]): string {
  const named = values.slice(0, MOST_NAMED).map(quote).join(', ');
  const more = values.length - MOST_NAMED;
  return more > 0 ? `${named} and ${more} more` : named;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The same content with the keys of every object in alphabetical order. */
export function sortKeys<T>(document: T): T {
  return sorted(document as Json) as T;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** As many levels as recursion can follow with ease; no upstream nests more than ten. */
const MOST_LEVELS = 1000;

/**
 * The JSON value that a body spells; undefined when it spells none (an HTML page, for one), or one that is nested
 * deeper than 1,000 levels, which is more than can be written as JSON again.
 */
export function parseJson(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return isDeeper(value, MOST_LEVELS) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** So many times as short as they are shipped: what `for` waits, and how old data may be. */
const PATIENCE_DIVISOR = 60;
/** Windows need several scrapes. */
const WINDOW_DIVISOR = 30;

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3_600 };

/** The rules with shorter times, and nothing else changed. */
export function shortenRules(rules: string): string {
  return rules
    .replaceAll(/^ +(?:keep_firing_)?for: \d+[mh]$/gm, (line) => shorten(line, PATIENCE_DIVISOR))
    .replaceAll(/\[\d+[mh]\]/g, (window) => shorten(window, WINDOW_DIVISOR))
    .replaceAll(/(?<=_age_seconds.*> )\d+$/gm, (seconds) => String(Number(seconds) / PATIENCE_DIVISOR));
}

function shorten(text: string, divisor: number): string {
  return text.replace(/(\d+)([mh])/, (_, count: string, unit: string) => {
    return `${(Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN)) / divisor}s`;
  });
}

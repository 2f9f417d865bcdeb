import { ask } from './http.js';

/** The series of a scrape, as the text format names them, and their values. */
export type Scrape = ReadonlyMap<string, string>;

/** Scrapes a gateway as Prometheus does; throws where that fails. */
export async function scrape(url: string, headers: Record<string, string> = {}): Promise<Scrape> {
  const { status, text } = await ask(`${url}/metrics`, headers);
  if (status !== 200) throw new Error(`${status}: ${text.slice(0, 500)}`);
  return readScrape(text);
}

/** Throws where a series comes twice. */
export function readScrape(text: string): Scrape {
  const series = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const end = line.lastIndexOf(' ');
    const name = line.slice(0, end);
    if (series.has(name)) throw new Error(`twice: ${name}`);
    series.set(name, line.slice(end + 1));
  }
  return series;
}

/** The series of the metrics whose names match, in the order of their names. */
export function seriesOf(scraped: Scrape, metric: RegExp): Record<string, string> {
  const found = [...scraped].filter(([name]) => metric.test(name.split('{', 1)[0] ?? ''));
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

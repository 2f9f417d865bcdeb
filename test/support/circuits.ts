import { ask } from './http.js';

interface SentCircuit {
  readonly state: string;
}

interface SentSources {
  readonly sources: readonly {
    readonly circuit: SentCircuit;
    readonly feeds: readonly { readonly name: string; readonly circuit: SentCircuit }[];
  }[];
}

async function sourcesOf(url: string): Promise<SentSources['sources']> {
  return ((await ask(`${url}/v1/sources`)).body as SentSources).sources;
}

/** True while a probe of any source or feed is out. */
export async function isProbed(url: string): Promise<boolean> {
  const sources = await sourcesOf(url);
  return sources
    .flatMap(({ circuit, feeds }) => [circuit, ...feeds.map((feed) => feed.circuit)])
    .some(({ state }) => state === 'HALF_OPEN');
}

/** True when nobody waits for any feed of a source any more. */
export async function isOpenFor(url: string, source: string): Promise<boolean> {
  const feeds = (await sourcesOf(url)).flatMap((each) => each.feeds);
  const own = feeds.filter(({ name }) => name.startsWith(`sources/${source}/`));
  return own.length > 0 && own.every(({ circuit }) => circuit.state !== 'CLOSED');
}

import type { Simulator } from './gateway.js';

type Calls = Simulator['calls'];
type LoggedCall = Calls['entries'][number];

/** How often each feed was read: the calls for its first page. Lists of clusters count as feeds. */
export function readsByFeed(calls: Calls): Record<string, number> {
  return Object.fromEntries([...readTimes(calls)].map(([feed, times]) => [feed, times.length]));
}

/** When each feed was read, by the simulator's clock in milliseconds. */
export function readTimes(calls: Calls): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const call of calls.entries.filter(isFirstPage)) {
    const name = `${call.upstream}/${call.feed ?? ''}`;
    times.set(name, [...(times.get(name) ?? []), call.atMs]);
  }
  return times;
}

/** All feeds and lists of clusters that the simulator has, as `readsByFeed` answers when each was read so often. */
export function eachRead({ fleet }: Simulator, times: number): Record<string, number> {
  const feeds = [
    'cbr/operation-logs',
    ...['css/clusters', 'cce/clusters', 'ocp/clusters'],
    ...fleet.css.map(({ id }) => `css/${id}`),
    ...fleet.cce.map(({ id }) => `cce/${id}`),
    ...fleet.allOcpClusters.map(({ id }) => `ocp/${id}`),
  ];
  return Object.fromEntries(feeds.map((feed) => [feed, times]));
}

/** Reads of feeds, and of lists of clusters. Log-ins do not count: each replica has a session of its own. */
export function countReads(calls: Calls): number {
  return Object.values(readsByFeed(calls)).reduce((sum, times) => sum + times, 0);
}

/** Calls to upstreams, log-ins left out. */
export function countCalls(calls: Calls): number {
  return calls.count() - calls.count('iam');
}

function isFirstPage({ upstream, query }: LoggedCall): boolean {
  if (upstream === 'iam') return false;
  const { page, offset, start } = query;
  return (page?.[0] ?? '1') === '1' && [offset, start].every((from) => (from?.[0] ?? '0') === '0');
}

import type { SentTask } from './tasks.js';

/** The simulated upstreams that have tasks. */
export const UPSTREAMS = ['css', 'cbr', 'cce', 'ocp'] as const;
export type UpstreamOfTasks = (typeof UPSTREAMS)[number];

/** Their sources in the demo's configuration. */
export const SOURCES: Readonly<Record<UpstreamOfTasks, string>> = {
  css: 'search-logs',
  cbr: 'server-backups',
  cce: 'kubernetes',
  ocp: 'oceanbase',
};

/** The tasks of an upstream's source, and all others. */
export function split(
  tasks: readonly SentTask[],
  upstream: UpstreamOfTasks,
): { readonly own: readonly SentTask[]; readonly others: readonly SentTask[] } {
  const isOwn = ({ source }: SentTask): boolean => source === SOURCES[upstream];
  return { own: tasks.filter(isOwn), others: tasks.filter((task) => !isOwn(task)) };
}

/** True for a feed of the upstream's source. */
export function isFeedOf(upstream: UpstreamOfTasks, feed: string): boolean {
  return feed.startsWith(`sources/${SOURCES[upstream]}/`);
}

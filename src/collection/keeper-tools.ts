import type { SourceReader } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { RenewalTools } from './renewal-tools.js';

/** What all keepers share. */
export interface KeeperTools extends Omit<RenewalTools, 'circuit'> {
  /** The longest a question waits for upstreams. */
  readonly deadlineMs: number;
}

/** What the keepers of one source share. */
export interface SourceTools extends KeeperTools, RenewalTools {
  readonly source: SourceConfig;
  readonly reader: SourceReader;
  /** True when the feeds are known without asking the upstream. */
  readonly feedsAreConfigured: boolean;
}

import type { SourceReader } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { RenewalTools } from './renewal.js';

/** What keepers share. */
export interface KeeperTools extends RenewalTools {
  /** The longest a question waits for upstreams. */
  readonly deadlineMs: number;
}

/** What the keepers of one source share. */
export interface SourceTools extends KeeperTools {
  readonly source: SourceConfig;
  readonly reader: SourceReader;
  /** True when the feeds are known without asking the upstream. */
  readonly feedsAreConfigured: boolean;
}

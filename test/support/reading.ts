import { expect } from 'vitest';
import { DIRECT } from '@/model/egress.js';
import type { FailureReason } from '@/model/failure.js';
import type { ReadContext } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import { UpstreamClients, type UpstreamClient, type UpstreamRequest } from '@/upstream/upstream-client.js';

/** A source with the settings that it has where the file says nothing, but for what is given. */
export function sourceWith(settings: Pick<SourceConfig, 'provider'> & Partial<SourceConfig>): SourceConfig {
  return {
    id: 'nightly',
    endpoint: 'https://upstream.example',
    region: 'eu-west-101',
    projectId: 'p',
    clusters: null,
    discovery: { exclude: [], maxClusters: 1_000 },
    credentials: { type: 'token', token: 'token' },
    timeoutMs: 10_000,
    concurrency: 4,
    rate: null,
    maxTasksPerFeed: 100_000,
    freshForMs: 15_000,
    keepForMs: 86_400_000,
    windowMs: 2_592_000_000,
    enterpriseProjectId: 'all_granted_eps',
    hasInventory: false,
    minRefreshMs: 1_000,
    keepWarm: false,
    egress: DIRECT,
    ...settings,
  };
}

/** A read that nobody stops, and the first of its feed. */
export const CONTEXT: ReadContext = {
  signal: new AbortController().signal,
  onCall: () => undefined,
  previous: null,
};

/** Clients that answer each request without a wire; an Error among the answers is thrown. */
export class FakeClients extends UpstreamClients {
  readonly requests: UpstreamRequest[] = [];

  constructor(private readonly answer: (request: UpstreamRequest) => unknown) {
    super();
  }

  open(): UpstreamClient {
    return {
      getJson: (request) => {
        this.requests.push(request);
        const answer = this.answer(request);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    };
  }
}

/** What a read or a listing that failed answers. */
export function failed(reason: FailureReason, retryAfterMs: number | null = null): object {
  return { outcome: 'failed', failure: expect.objectContaining({ reason, retryAfterMs }) };
}

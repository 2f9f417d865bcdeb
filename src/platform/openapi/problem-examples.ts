import { PROBLEMS, type ProblemSlug } from '../problem/api-problem.js';
import { feedProblemBody } from '../problem/feed-problem.js';

/** A problem as the operation at a path would answer it. */
export function problemExample(slug: ProblemSlug, status: number, path: string): object {
  return {
    type: `/problems/${slug}`,
    title: PROBLEMS[slug].title,
    status,
    instance: path.replace('{id}', TASK_ID).replace('{source}', 'server-backups'),
    requestId: '6f1f3a52-4c0e-4b0e-9a55-1f8a3d0c7b11',
    ...detailsOf(slug, status),
  };
}

function detailsOf(slug: ProblemSlug, status: number): object {
  if (slug === 'no-source-available' && status === 504) return IN_TIME;
  return DETAILS[slug];
}

const TASK_ID = 'server-backups.4827f2da-b008-4507-ab7d-42d0df5ed912';
const FEED = 'sources/server-backups/feeds/operation-logs';

const FAILED = [
  feedProblemBody({ feed: FEED, state: 'FAILED', reason: 'UNREACHABLE', lastSuccessTimeMs: null }),
];
const UNREAD = [feedProblemBody({ feed: FEED, state: 'LOADING', reason: null, lastSuccessTimeMs: null })];
const LATE = [feedProblemBody({ feed: FEED, state: 'LOADING', reason: 'TIMEOUT', lastSuccessTimeMs: null })];

const IN_TIME = { detail: 'No feed in scope could be read in time.', problems: LATE };

const DETAILS: Record<ProblemSlug, object> = {
  'invalid-parameter': badParameter('colour', 'unknown parameter; this call takes none'),
  'invalid-page-token': badParameter(
    'pageToken',
    'the token belongs to a call with other parameters; repeat the parameters of that call (only pageSize may differ)',
  ),
  'bad-request': { detail: 'The request cannot be understood.' },
  'not-found': { detail: 'There is no such path.' },
  'task-not-found': { detail: 'No feed of any source has a task of that id.' },
  'source-not-found': { detail: 'No source with that id is configured.' },
  'method-not-allowed': { detail: 'POST is not allowed here; use GET, HEAD' },
  'request-timeout': { detail: 'The request was not complete in time.' },
  'headers-too-large': { detail: 'The request line and headers are too large.' },
  'not-acceptable': { detail: 'Accept-Encoding refuses every coding; allow identity, gzip or br.' },
  'misdirected-request': {
    detail:
      'The gateway does not serve the host that the request names; server.allowedHosts lists those it does.',
  },
  'internal-error': { detail: 'The gateway failed to answer.' },
  'no-source-available': { detail: 'No feed in scope could be read.', problems: FAILED },
  'incomplete-answer': { detail: `Missing, stale or truncated: ${FEED}.`, problems: FAILED },
  'task-unknown': { detail: 'The task may be in a feed that could not be read.', problems: FAILED },
  overloaded: { detail: 'The gateway is overloaded. Retry after the time in Retry-After.' },
  'nothing-cached': { detail: 'No feed in scope has a snapshot.', problems: UNREAD },
};

function badParameter(parameter: string, detail: string): object {
  return { detail: `${parameter}: ${detail}`, errors: [{ parameter, detail }] };
}

const BACKUP = {
  id: 'server-backups.4827f2da-b008-4507-ab7d-42d0df5ed912',
  provider: 'huawei-cbr',
  source: 'server-backups',
  feed: 'sources/server-backups/feeds/operation-logs',
  nativeId: '4827f2da-b008-4507-ab7d-42d0df5ed912',
  type: 'BACKUP',
  trigger: null,
  status: 'SUCCEEDED',
  nativeStatus: 'success',
  progressPercent: 100,
  createTime: '2019-05-23T14:31:36.039Z',
  startTime: '2019-05-23T14:31:36.007Z',
  endTime: '2019-05-23T14:35:23.511Z',
  updateTime: '2019-05-23T14:35:23.584Z',
  durationSeconds: 227.504,
  checkpointTime: null,
  lagSeconds: null,
  resource: { type: 'OS::Nova::Server', id: '1dab32fa-ebf2-415a-ab0b-eabe6353bc86', name: 'ECS-0001' },
  cluster: null,
  destination: null,
  error: null,
  warnings: [],
  region: 'eu-west-101',
  projectId: '04f1829c788037ac2fb8c01eb2b04b95',
};

/** What an answer says when nothing is missing. */
export const COMPLETE = { complete: true, completeSince: '2026-10-22T00:00:00.000Z', problems: [] };

/** What an answer says when one feed could not be read. */
export const UNREAD = {
  unreachable: ['sources/oceanbase/feeds/1000005'],
  completeness: {
    complete: false,
    completeSince: null,
    problems: [
      {
        feed: 'sources/oceanbase/feeds/1000005',
        state: 'FAILED',
        reason: 'THROTTLED',
        message: 'The feed could not be read. The upstream is throttling the calls of the gateway.',
        lastSuccessTime: null,
      },
    ],
  },
};

/** One answer of each kind, as the contract's document shows them. */
export const LIST_EXAMPLES = {
  full: {
    summary: 'Everything asked for is there',
    value: {
      tasks: [BACKUP],
      nextPageToken: '',
      totalSize: 1,
      unreachable: [],
      completeness: COMPLETE,
    },
  },
  partial: {
    summary: 'One feed could not be read',
    value: { tasks: [BACKUP], nextPageToken: '', totalSize: 1, ...UNREAD },
  },
  empty: {
    summary: 'Nothing matches, and nothing is missing',
    value: { tasks: [], nextPageToken: '', totalSize: 0, unreachable: [], completeness: COMPLETE },
  },
};

const BAD_STATUS =
  '"RUNING" is not valid; use PENDING, RUNNING, PAUSED, SUCCEEDED, FAILED, TIMED_OUT, SKIPPED, STOPPED or UNKNOWN';

/** A filter with a mistyped word. */
export const BAD_STATUS_EXAMPLE = {
  instance: '/v1/tasks?status=RUNING',
  detail: `status: ${BAD_STATUS}`,
  errors: [{ parameter: 'status', detail: BAD_STATUS }],
};

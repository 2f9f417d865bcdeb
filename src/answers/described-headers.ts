/** A header as OpenAPI describes it. `required` means: every such answer has it. */
interface DescribedHeader {
  readonly description: string;
  readonly required: boolean;
  readonly schema: { readonly type: 'string' | 'integer'; readonly minimum?: number };
  readonly example: string | number;
}

/** What callers may ask for by header, as OpenAPI parameters. */
export const REQUEST_HEADERS = {
  cacheControl: {
    name: 'Cache-Control',
    description:
      '`no-cache`, `max-age=N`, `max-stale[=N]`, `only-if-cached`: how current the answer must be.',
    required: false,
  },
  prefer: {
    name: 'Prefer',
    description: '`wait=N`: wait at most N seconds for upstreams. `handling=strict`: no partial answer.',
    required: false,
  },
  preferWait: {
    name: 'Prefer',
    description:
      '`wait=N`: wait at most N seconds for upstreams. `handling=strict` is not honoured: a partial answer is a 200 too.',
    required: false,
  },
  ifNoneMatch: {
    name: 'If-None-Match',
    description:
      'The `ETag` of an earlier answer. Where the answer is still the same, it is a 304 without a body.',
    required: false,
  },
} as const;

/** The answer to a caller who has it already. */
export const NOT_MODIFIED = {
  status: 304,
  description: 'The answer is still the one that `If-None-Match` names.',
};

const ORIGIN_HEADERS: Record<string, DescribedHeader> = {
  'Cache-Status': always(
    'Whether upstreams had to be asked (RFC 9211): `hit` with the seconds of freshness left, or `fwd=miss`, `fwd=stale`.',
    'tributary; hit; ttl=11',
  ),
  'Server-Timing': always('How many milliseconds the feeds took to be ready.', 'feeds;dur=0.1'),
  Vary: always('The request headers that the answer depends on.', 'Prefer, Accept-Encoding'),
  'Content-Encoding': {
    ...always(
      '`br` or `gzip`, as `Accept-Encoding` prefers; absent on a body that is sent as it is.',
      'gzip',
    ),
    required: false,
  },
  Age: {
    description: 'Seconds since the oldest snapshot used was read; absent when none was used.',
    required: false,
    schema: { type: 'integer', minimum: 0 },
    example: 4,
  },
  'Preference-Applied': {
    ...always('The preferences of `Prefer` that were honoured.', 'wait=1'),
    required: false,
  },
};

/** The headers of an answer made from snapshots, with a body or, as a 304, without one. */
export const SNAPSHOT_HEADERS: Record<string, DescribedHeader> = {
  ETag: always(
    'Names these very bytes, in this `Content-Encoding`; for `If-None-Match`.',
    '"G1mSPw2mUGEyvDvKMIJaeGcKYEo"',
  ),
  'Cache-Control': always(
    'How long the answer may be kept. `no-store` on a partial one.',
    'private, max-age=15, stale-while-revalidate=15',
  ),
  ...ORIGIN_HEADERS,
};

/** The headers of an answer made from snapshots that tells of a moment. */
export const UNKEPT_HEADERS: Record<string, DescribedHeader> = {
  'Cache-Control': always('The answer must not be kept: it tells of the moment it was made at.', 'no-store'),
  ...ORIGIN_HEADERS,
};

/** The `Link` header of a list. */
export const LIST_LINK = always(
  'Where `next` (absent on the last page), `first` and `service-desc` are (RFC 8288).',
  '</v1/tasks?pageToken=AQ>; rel="next", </v1/tasks>; rel="first", </openapi.json>; rel="service-desc"',
);

/** The `Link` header of an answer that is no list. */
export const ONE_LINK = always('Where `service-desc` is (RFC 8288).', '</openapi.json>; rel="service-desc"');

function always(description: string, example: string): DescribedHeader {
  return { description, required: true, schema: { type: 'string' }, example };
}

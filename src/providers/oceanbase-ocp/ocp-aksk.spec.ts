import { describe, expect, it } from 'vitest';
import { callTarget, encodeQuery } from '@/upstream/call-target.js';
import type { QueryEntry } from '@/upstream/call-target.js';
import vectors from './fixtures/ocp-aksk.json' with { type: 'json' };
import { ocpAuthorization, signOcpCall } from './ocp-aksk.js';

interface VectorInput {
  readonly ak: string;
  readonly sk: string;
  readonly method: string;
  readonly body?: string;
  readonly contentType: string;
  readonly date: string;
  readonly host: string;
  readonly ocpHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
}

/** OCP signs several values of one key sorted and joined into one. */
function entriesOf(query: VectorInput['query'] = {}): QueryEntry[] {
  return Object.entries(query).map(([key, value = '']) => [
    key,
    typeof value === 'object' ? [...value].sort().join(',') : value,
  ]);
}

function sign(input: VectorInput): string {
  const query = encodeQuery(entriesOf(input.query));
  const ocpHeaders = Object.fromEntries(
    Object.entries(input.ocpHeaders ?? {}).map(([name, values]) => [name, values.join(',')]),
  );
  const { method, body = '', contentType, date, host, path } = input;
  const pathAndQuery = query === '' ? path : `${path}?${query}`;
  return ocpAuthorization(
    { method, body, contentType, date, host, ocpHeaders, pathAndQuery },
    { accessKey: input.ak, secretKey: input.sk },
  );
}

describe('ocpAuthorization', () => {
  for (const vector of vectors.published.filter(({ agrees }) => agrees)) {
    it(`signs ${vector.name} as OceanBase published it`, () => {
      expect(sign(vector.in)).toBe(`OCP-ACCESS-KEY-HMACSHA1 ${vector.in.ak}:${vector.expected}`);
    });
  }

  it('keeps the order of header values, because sorted ones do not give the published signature', () => {
    const sorted = vectors.published.filter(({ in: input }) => input.sortHeaderValues === true);
    expect(sorted).toHaveLength(1);
    for (const { in: input, authorization, expected } of sorted) {
      expect(sign(input)).toBe(`OCP-ACCESS-KEY-HMACSHA1 ${input.ak}:${expected}`);
      expect(sign(input)).not.toBe(authorization);
    }
  });

  for (const vector of vectors.own) {
    it(`signs ${vector.name}`, () => {
      expect(sign(vector.in)).toBe(vector.authorization);
    });
  }
});

describe('signOcpCall', () => {
  it('signs the query that is sent, the date and the host with its port', () => {
    for (const { in: input, authorization } of vectors.own) {
      const target = callTarget(`http://${input.host}`, input.path, entriesOf(input.query));
      const call = { method: 'GET' as const, target, headers: { 'content-type': input.contentType } };
      const keys = { accessKey: input.ak, secretKey: input.sk };

      expect(signOcpCall(call, keys, Date.UTC(2024, 5, 5, 7, 8, 9))).toEqual({
        date: input.date,
        authorization,
      });
    }
  });

  it('covers x-ocp headers', () => {
    const target = callTarget('http://ocp.example:8080', '/api/v2/ob/clusters', []);
    const keys = { accessKey: 'ak', secretKey: 'sk' };
    const bare = signOcpCall({ method: 'GET', target, headers: {} }, keys, 0);
    const marked = signOcpCall({ method: 'GET', target, headers: { 'x-ocp-data': 'A' } }, keys, 0);
    expect(marked.authorization).not.toBe(bare.authorization);
  });
});

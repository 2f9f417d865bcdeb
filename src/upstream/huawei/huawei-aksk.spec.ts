import { describe, expect, it } from 'vitest';
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js';
import fc from 'fast-check';
import { callTarget, encodeQuery } from '../call-target.js';
import type { QueryEntry } from '../call-target.js';
import type { CallHeaders } from '../http/http-exchange.js';
import vectors from './fixtures/huawei-aksk.json' with { type: 'json' };
import { huaweiAuthorization, signHuaweiCall } from './huawei-aksk.js';

const KEYS = { accessKey: vectors.ak, secretKey: vectors.sk };

type VectorValue = string | number | readonly string[] | undefined;

function entriesOf(query: Readonly<Record<string, VectorValue>>): QueryEntry[] {
  return Object.entries(query).flatMap(([key, value = '']) =>
    typeof value === 'object'
      ? value.map((one): QueryEntry => [key, one])
      : [[key, value] satisfies QueryEntry],
  );
}

function lowerCase(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value = '']) => [name.toLowerCase(), value]));
}

describe('huaweiAuthorization', () => {
  for (const { name, request, sdkOfficial, minimal } of vectors.vectors) {
    for (const [shape, { headersSigned, authorization }] of Object.entries({ sdkOfficial, minimal })) {
      it(`signs ${name} as the vector does (${shape})`, () => {
        const { method, path, body } = request;
        const query = encodeQuery(entriesOf(request.query));
        const headers = lowerCase(headersSigned);
        expect(huaweiAuthorization({ method, path, query, headers, body }, KEYS)).toBe(authorization);
      });
    }
  }

  for (const { source, input, expected } of vectors.publishedSdkVectors) {
    it(`signs as published in ${source}`, () => {
      const { method, path, ak, sk } = input;
      const query = encodeQuery(entriesOf(input.query));
      const request = { method, path, query, headers: lowerCase(input.headers), body: input.body ?? '' };
      expect(huaweiAuthorization(request, { accessKey: ak, secretKey: sk })).toBe(expected);
    });
  }
});

describe('signHuaweiCall', () => {
  const plain = vectors.vectors.filter(({ request }) => request.method === 'GET');
  for (const { name, request, minimal } of plain) {
    it(`adds the headers of the minimal vector to ${name}`, () => {
      const target = callTarget(request.endpoint, request.path, entriesOf(request.query));
      const headers = {
        'content-type': 'application/json',
        ...(request.projectId === null ? {} : { 'x-project-id': request.projectId }),
      };
      const credentials = { type: 'aksk' as const, ...KEYS, securityToken: request.securityToken };
      const nowMs = Date.UTC(2024, 5, 5, 7, 8, 9, 500);

      const added = signHuaweiCall({ method: 'GET', target, headers }, credentials, nowMs);

      expect(added).toEqual({
        'x-sdk-date': request.xSdkDate,
        authorization: minimal.authorization,
        ...(request.securityToken === null ? {} : { 'x-security-token': request.securityToken }),
      });
    });
  }

  it('never sends the secret key', () => {
    const target = callTarget('https://css.example', '/v1.0/p/clusters', []);
    const credentials = { type: 'aksk' as const, ...KEYS, securityToken: null };
    expect(
      JSON.stringify(signHuaweiCall({ method: 'GET', target, headers: {} }, credentials, 0)),
    ).not.toContain(KEYS.secretKey);
  });

  it('signs any request as the official SDK does', () => {
    const segment = fc.stringMatching(/^[a-zA-Z0-9._~!$&()*+,:=@-]{1,12}$/);
    const path = fc
      .array(
        segment.filter((text) => !/^\.{1,2}$/.test(text)),
        { minLength: 1, maxLength: 6 },
      )
      .map((segments) => `/${segments.join('/')}`);
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const key = text.filter((name) => name !== '__proto__');
    const query = fc.dictionary(key, fc.oneof(text, fc.integer()), { maxKeys: 6, noNullPrototype: true });
    const keys = fc.record({
      accessKey: fc.string({ minLength: 1 }),
      secretKey: fc.string({ minLength: 1 }),
      securityToken: fc.option(fc.base64String({ minLength: 4 })),
    });
    const host = fc.constantFrom('css.cn-north-4.myhuaweicloud.com', '127.0.0.1:18080');
    const nowMs = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000);
    const projectId = fc.option(fc.uuid());

    fc.assert(
      fc.property(fc.record({ path, query, keys, host, nowMs, projectId }), (sample) => {
        const headers: CallHeaders = sample.projectId === null ? {} : { 'x-project-id': sample.projectId };
        const target = callTarget(`http://${sample.host}`, sample.path, Object.entries(sample.query));
        const credentials = { type: 'aksk' as const, ...sample.keys };
        const ours = signHuaweiCall({ method: 'GET', target, headers }, credentials, sample.nowMs);
        const { accessKey, secretKey, securityToken } = sample.keys;
        const official = AKSKSigner.sign(
          {
            method: 'GET',
            endpoint: `http://${sample.host}${sample.path}`,
            queryParams: sample.query,
            headers: {
              ...headers,
              ...(securityToken === null ? {} : { 'x-security-token': securityToken }),
              'X-Sdk-Date': ours['x-sdk-date'],
            },
          },
          new BasicCredentials().withAk(accessKey).withSk(secretKey),
        );
        expect(official).toHaveProperty('Authorization', ours.authorization);
      }),
      { numRuns: 300 },
    );
  });
});

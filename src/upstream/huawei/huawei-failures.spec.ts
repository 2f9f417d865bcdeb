import { describe, expect, it } from 'vitest';
import { huaweiFailureOf } from './huawei-failures.js';

describe('huaweiFailureOf', () => {
  it.each([
    [200, { operation_logs: [] }, null],
    [401, undefined, 'UNAUTHORIZED'],
    [403, { errCode: 'CSS.0010' }, 'FORBIDDEN'],
    [404, { error_code: 'BackupService.6500' }, 'NOT_FOUND'],
    [429, { errorCode: 'CCE.02429001' }, 'THROTTLED'],
    [302, undefined, 'UPSTREAM_ERROR'],
    [400, { error_code: 'APIGW.0301' }, 'UNAUTHORIZED'],
    [403, { error_code: 'APIG.0301' }, 'UNAUTHORIZED'],
    [200, { error_code: 'APIG.0301' }, 'UNAUTHORIZED'],
    [403, { error_code: 'APIGW.0308' }, 'THROTTLED'],
    [500, { error_code: 'APIG.0308' }, 'THROTTLED'],
    [400, { error: { code: 401, title: 'Unauthorized' } }, 'UNAUTHORIZED'],
    [404, { error: { code: 404, title: 'Not Found' } }, 'NOT_FOUND'],
    [403, { error: { code: 200 } }, 'FORBIDDEN'],
    [403, { error: { code: 'text' } }, 'FORBIDDEN'],
    [500, { error: null }, 'UPSTREAM_ERROR'],
    [200, null, null],
    [200, [], null],
    [503, 'text', 'UPSTREAM_ERROR'],
  ])('reads %d with %j as %s', (status, body, reason) => {
    expect(huaweiFailureOf(status, body)).toBe(reason);
  });
});

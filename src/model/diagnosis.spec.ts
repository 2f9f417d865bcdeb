import { describe, expect, it } from 'vitest';
import { diagnosisOf, isToken, parseDiagnosis } from './diagnosis.js';

describe('parseDiagnosis', () => {
  it('reads what another replica has sent', () => {
    const told = diagnosisOf('HTTP_STATUS', {
      call: 'LOG_IN',
      httpStatus: 429,
      errorCode: 'APIGW.0308',
      requestId: 'd4e8174b',
    });
    expect(parseDiagnosis(JSON.parse(JSON.stringify(told)))).toEqual(told);
  });

  it.each([null, 'DNS', 7, {}, { cause: 'CURSED' }, { cause: 'constructor' }])('is null for %j', (value) => {
    expect(parseDiagnosis(value)).toBeNull();
  });

  it('leaves out invalid parts of the rest', () => {
    const told = {
      cause: 'DNS',
      call: 'CALL',
      httpStatus: 1e9,
      errorCode: 'a b',
      requestId: 'x'.repeat(65),
      host: 'h',
    };
    expect(parseDiagnosis(told)).toEqual(diagnosisOf('DNS'));
  });
});

describe('isToken', () => {
  it.each(['APIGW.0308', 'CSS.0015', '10011', 'd4e8174b-1', 'a:b_c', 'x'.repeat(64)])(
    'accepts %s',
    (text) => {
      expect(isToken(text)).toBe(true);
    },
  );

  it.each(['', ' ', 'a b', 'x'.repeat(65), '<b>', 'ä', 'a\n', '-a', 7, null])('rejects %j', (value) => {
    expect(isToken(value)).toBe(false);
  });
});

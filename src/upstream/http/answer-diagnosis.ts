import { isToken, type Diagnosis, type FailureCause } from '@/model/diagnosis.js';
import type { HttpAnswer } from './http-exchange.js';

/** What can be told of an answer that is a failure, or holds no JSON: never its text. */
export function diagnoseAnswer(
  answer: HttpAnswer,
): Pick<Diagnosis, 'cause' | 'httpStatus' | 'errorCode' | 'requestId'> {
  return {
    cause: causeOf(answer),
    httpStatus: answer.status,
    errorCode: errorCodeOf(answer),
    requestId: requestIdOf(answer),
  };
}

function causeOf({ status, body, demandsCertificate }: HttpAnswer): FailureCause {
  // The page of a server (nginx, IIS) that asked for a certificate and got none: it is no answer of the API.
  if (demandsCertificate && body === undefined && (status === 400 || status === 403)) {
    return 'TLS_CLIENT_CERTIFICATE';
  }
  if (status === 407) return 'PROXY';
  if (status < 200 || status > 299) return 'HTTP_STATUS';
  return body === undefined ? 'NOT_JSON' : 'ERROR_IN_BODY';
}

/**
 * The upstream's own code, wherever a documented error has it: `error_code` (Huawei's API gateway, CBR), `errCode`
 * (CSS), `errorCode` (CCE), `error.code` (IAM, OCP). A number that repeats the status, or is 0, tells nothing.
 */
function errorCodeOf({ status, body }: HttpAnswer): string | null {
  const nested = field(body, 'error');
  const codes = [
    field(body, 'error_code'),
    field(body, 'errCode'),
    field(body, 'errorCode'),
    field(nested, 'code'),
    field(nested, 'error_code'),
  ];
  const told = codes.filter((code) => code !== 0 && code !== status);
  return firstToken(told.map((code) => (typeof code === 'number' ? String(code) : code)));
}

/**
 * The id by which the upstream's support finds the request: a header of every Huawei service, at IAM of another name,
 * else in the body of the gateway's errors (`request_id`) and of all of OCP's answers (`traceId`).
 */
function requestIdOf({ header, body }: HttpAnswer): string | null {
  const headers = ['x-request-id', 'x-iam-trace-id'].map(header);
  return firstToken([...headers, field(body, 'request_id'), field(body, 'traceId')]);
}

function firstToken(values: readonly unknown[]): string | null {
  return values.find(isToken) ?? null;
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

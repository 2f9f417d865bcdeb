import { hashText } from '../fleet/random.js';
import type { Call } from '../http/call.js';
import { jsonReply, type Reply } from '../http/reply.js';
import type { OcpSettings } from '../settings.js';
import { offsetTime } from './times.js';

interface Contents {
  readonly contents: readonly unknown[];
  readonly page: { number: number; size: number; totalElements: number; pages: number };
}

/** The envelope around a page of contents. */
export function contentsReply(call: Call, settings: OcpSettings, { contents, page }: Contents): object {
  const data = { contents, ...pageFields(page, settings) };
  return { data, ...envelope(call, 200), successful: true };
}

/** The envelope around an error. With `failures: ok` only the body tells that something went wrong. */
export function failureReply(
  call: Call,
  settings: OcpSettings,
  error: { readonly status: number; readonly code: number; readonly message: string },
): Reply {
  const { status, code, message } = error;
  const body = { ...envelope(call, status), error: { code, message }, successful: false };
  return jsonReply(settings.failures === 'ok' ? 200 : status, body);
}

/** The documentation's table and its example disagree on the name and on the place of the totals. */
function pageFields(page: Contents['page'], { totals }: OcpSettings): object {
  const { number, size, totalElements, pages } = page;
  switch (totals) {
    case 'totalPages':
      return { page: { number, size, totalElements, totalPages: pages } };
    case 'totalPage':
      return { page: { number, size, totalElements, totalPage: pages } };
    case 'flat':
      return { page: { number, size }, totalElements, totalPage: pages, number, size };
    case 'absent':
      return { page: { number, size } };
  }
}

function envelope(call: Call, status: number): object {
  return {
    duration: hashText(call.requestId) % 200,
    server: 'a83ad33525',
    status,
    timestamp: offsetTime(call.nowMs, { offsetMinutes: 480, colon: true }),
    traceId: call.requestId.replaceAll('-', '').slice(0, 16),
  };
}

/** What an upstream answers. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function htmlReply(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** Why an upstream does not answer; each upstream words it in its own shape. */
export type Refusal =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'locked'
  | 'throttled'
  | 'throttled-by-gateway'
  | 'internal'
  | 'unavailable'
  | 'gateway-timeout'
  | 'bad-request'
  | 'no-such-route';

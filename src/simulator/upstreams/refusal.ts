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

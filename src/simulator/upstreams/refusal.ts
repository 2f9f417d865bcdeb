/** Why an upstream does not answer; each upstream words it in its own shape. */
export type Refusal =
  'unauthorized' | 'forbidden' | 'not-found' | 'throttled' | 'internal' | 'bad-request' | 'no-such-route';

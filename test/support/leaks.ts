import { CANARIES } from '@/simulator/canaries.js';
import type { RunningGateway, Simulator } from './gateway.js';
import type { Answer } from './http.js';

/** Credentials of docs/demo.yaml, as written there. */
const CONFIGURED = [
  'EXAMPLEACCESSKEY0001',
  'ExampleSecretKeyForTestVectorsOnly000001',
  'example-token',
  'example-password',
  'backup-reader',
  'acme',
];

/** Calls and log lines, the newest of which may leak something: a long test looks again and again. */
const RECENT = 1_000;

/** Every text that no client, log or metric may ever show: what upstreams say, where they are, how one logs in. */
export function secretsOf(simulator: Simulator): string[] {
  const places = Object.values(simulator.urls).map((url) => new URL(url).host);
  const sent = simulator.calls.entries
    .slice(-RECENT)
    .flatMap(({ headers }) => [headers.authorization, headers['x-auth-token']]);
  const tokens = sent.filter((value) => typeof value === 'string').map((value) => value.slice(0, 200));
  return [...new Set([...CANARIES, ...CONFIGURED, ...places, ...tokens])];
}

/** The secrets that are in what a gateway has sent or logged. */
export function leaks(
  simulator: Simulator,
  gateway: RunningGateway,
  ...answers: readonly Answer[]
): string[] {
  const headers = answers.map((answer) => JSON.stringify([...answer.headers]));
  const seen = [...answers.map(({ text }) => text), ...headers, ...gateway.log.slice(-RECENT)].join('\n');
  return secretsOf(simulator).filter((secret) => seen.includes(secret));
}

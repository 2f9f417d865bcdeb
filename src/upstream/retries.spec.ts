import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HttpService } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import fc from 'fast-check';
import { from, type Observable } from 'rxjs';
import type { ReadContext } from '@/model/provider.js';
import { CLOCK, type Clock } from '@/model/clock.js';
import type { SourceConfig } from '@/model/source.js';
import { sourceWith } from '../../test/support/reading.js';
import { huaweiProtocol } from './huawei/huawei-protocol.js';
import { UpstreamClients, type UpstreamClient } from './upstream-client.js';
import type { UpstreamError } from './upstream-error.js';
import { UpstreamModule } from './upstream.module.js';

/** What the upstream does with a call; status 0 breaks the connection. */
interface Reaction {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly latencyMs?: number;
}

/** A call on the wire, in simulated time. */
interface Sent {
  readonly path: string;
  readonly sentMs: number;
  answeredMs: number;
  reaction: Reaction;
}

interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Readable;
}

const OK: Reaction = { status: 200 };
/** Both readings go with the fake timers. */
const SIMULATED_CLOCK: Clock = { wallMs: () => Date.now(), monotonicMs: () => Date.now() };
const OUTAGE_MS = 600_000;
const SETTLED_MS = 60_000;

let app: TestingModule;
let sent: Sent[];
let react: (call: number) => Reaction;
let sources = 0;
let openedMs = 0;

/** In place of axios: takes every call, in simulated time. */
async function answer(url: string): Promise<WireAnswer> {
  const reaction = react(sent.length);
  const call: Sent = { path: new URL(url).pathname, sentMs: Date.now(), answeredMs: Infinity, reaction };
  sent.push(call);
  await new Promise((resolve) => setTimeout(resolve, reaction.latencyMs ?? 1));
  call.answeredMs = Date.now();
  if (reaction.status === 0) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  return {
    status: reaction.status,
    headers: reaction.headers ?? {},
    data: Readable.from([Buffer.from('{}')]),
  };
}

@Module({})
class Platform {}

beforeEach(async () => {
  const wire = { request: ({ url }: { url: string }): Observable<WireAnswer> => from(answer(url)) };
  const platform = {
    module: Platform,
    global: true,
    providers: [{ provide: CLOCK, useValue: SIMULATED_CLOCK }],
    exports: [CLOCK],
  };
  app = await Test.createTestingModule({ imports: [platform, UpstreamModule] })
    .overrideProvider(HttpService)
    .useValue(wire)
    .compile();
  vi.useFakeTimers({ toNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] });
  sent = [];
  react = () => OK;
});
afterEach(async () => {
  vi.useRealTimers();
  await app.close();
});

/** A new source whose credential has been proven by a call, so that it holds nothing up. */
async function open(changes: Partial<SourceConfig> = {}): Promise<UpstreamClient> {
  sources += 1;
  const source = sourceWith({
    id: `source-${sources}`,
    provider: 'huawei-cbr',
    endpoint: `http://upstream-${sources}`,
    ...changes,
  });
  const client = app.get(UpstreamClients).open(source, huaweiProtocol);
  const planned = react;
  react = () => OK;
  expect(await passed(get(client), 10)).toBe('OK');
  react = planned;
  sent = [];
  openedMs = Date.now();
  return client;
}

/** `OK`, or the reason of the failure and how long it asks to stay away. */
async function get(client: UpstreamClient, path = '/list'): Promise<unknown> {
  const signal = new AbortController().signal;
  const context: ReadContext = { signal, onCall: () => undefined, previous: null };
  try {
    await client.getJson({ path }, context);
    return 'OK';
  } catch (error) {
    const { reason, retryAfterMs } = error as UpstreamError;
    return { reason, retryAfterMs };
  }
}

/** Makes a call after so many milliseconds. */
function getLater(client: UpstreamClient, afterMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve(get(client));
    }, afterMs);
  });
}

async function passed<T>(promise: Promise<T>, ms: number): Promise<T> {
  await vi.advanceTimersByTimeAsync(ms);
  return promise;
}

const sentAtMs = (): number[] => sent.map(({ sentMs }) => sentMs - openedMs);

describe('a short Retry-After of a 429', () => {
  const throttledOnce = (call: number): Reaction =>
    call === 0 ? { status: 429, headers: { 'retry-after': '2' } } : OK;

  it('delays the call that got it and all others, to the millisecond', async () => {
    react = throttledOnce;
    const client = await open();
    const outcomes = Promise.all([get(client), getLater(client, 5), getLater(client, 1_500)]);
    expect(await passed(outcomes, 5_000)).toEqual(['OK', 'OK', 'OK']);
    expect(sentAtMs()).toEqual([0, 2_001, 2_001, 2_001]);
  });

  it('causes a THROTTLED failure when it is longer, for all others too, with the time that remains', async () => {
    react = () => ({ status: 429, headers: { 'retry-after': '7' } });
    const client = await open();
    const outcomes = Promise.all([get(client), getLater(client, 1_001), getLater(client, 4_001)]);
    expect(await passed(outcomes, 5_000)).toEqual([
      { reason: 'THROTTLED', retryAfterMs: 7_000 },
      { reason: 'THROTTLED', retryAfterMs: 6_000 },
      { reason: 'THROTTLED', retryAfterMs: 3_000 },
    ]);
    expect(sentAtMs()).toEqual([0]);
  });

  it('affects no other source', async () => {
    react = throttledOnce;
    const [one, other] = [await open(), await open()];
    const outcomes = Promise.all([get(one), getLater(other, 10)]);
    expect(await passed(outcomes, 5_000)).toEqual(['OK', 'OK']);
    expect(sentAtMs()).toEqual([0, 10, 2_001]);
  });
});

describe('a window whose last call succeeded', () => {
  const last = (reset: string) => (call: number) =>
    call === 0 ? { status: 200, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': reset } } : OK;

  it('delays the next call', async () => {
    react = last('1');
    const client = await open();
    expect(await passed(Promise.all([get(client), getLater(client, 10)]), 5_000)).toEqual(['OK', 'OK']);
    expect(sentAtMs()).toEqual([0, 1_001]);
  });

  it('fails the next call when it is long, and lets calls succeed after its end', async () => {
    react = last('10');
    const client = await open();
    const outcomes = Promise.all([get(client), getLater(client, 1_001), getLater(client, 10_001)]);
    expect(await passed(outcomes, 11_000)).toEqual([
      'OK',
      { reason: 'THROTTLED', retryAfterMs: 9_000 },
      'OK',
    ]);
    expect(sentAtMs()).toEqual([0, 10_001]);
  });
});

describe('a retry', () => {
  it('holds no slot while it waits', async () => {
    react = (call) => (call === 0 ? { status: 503, headers: { 'retry-after': '1' } } : OK);
    const client = await open({ concurrency: 1 });
    const outcomes = Promise.all([get(client, '/down'), get(client, '/up')]);
    expect(await passed(outcomes, 5_000)).toEqual(['OK', 'OK']);
    expect(sent.map(({ path }) => path)).toEqual(['/down', '/up', '/down']);
  });
});

describe('for any upstream and any calls', () => {
  const latencies = fc.integer({ min: 1, max: 800 });
  const throttles = fc.record({
    status: fc.constant(429),
    headers: fc.record({ 'retry-after': fc.constantFrom('0', '1', '2', '3', '7') }),
    latencyMs: latencies,
  });
  const others = fc.record({
    status: fc.constantFrom(0, 200, 200, 200, 429, 500, 503),
    latencyMs: latencies,
  });
  const arrivals = fc.array(fc.nat(20_000), { minLength: 1, maxLength: 40 });

  it('no call is sent in the time that a 429 asked for', async () => {
    const scripts = fc.array(fc.oneof(throttles, others), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        scripts,
        arrivals,
        fc.integer({ min: 1, max: 5 }),
        async (script, times, concurrency) => {
          react = (call) => script[call] ?? OK;
          const client = await open({ concurrency });
          const outcomes = Promise.all(times.map((afterMs) => getLater(client, afterMs)));
          await passed(outcomes, SETTLED_MS);
          const rests = sent
            .filter(({ reaction }) => reaction.status === 429)
            .map(({ answeredMs, reaction }) => ({
              fromMs: answeredMs,
              untilMs: answeredMs + Number(reaction.headers?.['retry-after'] ?? 0) * 1000,
            }));
          const early = sent.filter(({ sentMs }) =>
            rests.some(({ fromMs, untilMs }) => fromMs < sentMs && sentMs < untilMs),
          );
          expect(early).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('an outage of ten minutes costs a fifth more than the normal calls, and ten, at most', async () => {
    const faults = fc.constantFrom<Reaction>({ status: 0 }, { status: 503 }, { status: 429 });
    const everyMs = fc.integer({ min: 300, max: 20_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(faults, { minLength: 1 }), everyMs, async (script, gapMs) => {
        react = (call) => script[call % script.length] ?? OK;
        const client = await open();
        const normal = Math.floor(OUTAGE_MS / gapMs);
        const outcomes = Promise.all(
          Array.from({ length: normal }, (_, index) => getLater(client, index * gapMs)),
        );
        const failed = (await passed(outcomes, OUTAGE_MS + SETTLED_MS)).filter((outcome) => outcome !== 'OK');
        expect(failed).toHaveLength(normal);
        expect(sent.length).toBeLessThanOrEqual(1.2 * normal + 10);
        expect(sent.length).toBeGreaterThan(normal);
      }),
      { numRuns: 10 },
    );
  });
});

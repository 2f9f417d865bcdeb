import { describe, expect, it } from 'vitest';
import { ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { AlwaysOffSampler, AlwaysOnSampler, SamplingDecision, type Sampler } from '@opentelemetry/sdk-trace';
import { RequestSampler } from './request-sampler.js';

const TRACE = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

interface Question {
  readonly usual: Sampler;
  readonly kind: SpanKind;
  readonly parent?: { readonly isSampled: boolean; readonly isRemote: boolean };
}

function isTaken({ usual, kind, parent }: Question): boolean {
  const traceFlags = parent?.isSampled === true ? TraceFlags.SAMPLED : TraceFlags.NONE;
  const context =
    parent === undefined
      ? ROOT_CONTEXT
      : trace.setSpanContext(ROOT_CONTEXT, { ...TRACE, traceFlags, isRemote: parent.isRemote });
  const sampler = new RequestSampler(usual);
  const { decision } = sampler.shouldSample(context, TRACE.traceId, 'name', kind, {}, []);
  return decision === SamplingDecision.RECORD_AND_SAMPLED;
}

const ON = new AlwaysOnSampler();
const OFF = new AlwaysOffSampler();

describe('the sampler of requests and of what happens for them', () => {
  it('takes each request that begins a trace, because it was drawn before', () => {
    expect(isTaken({ usual: OFF, kind: SpanKind.SERVER })).toBe(true);
  });

  it.each([true, false])('takes what happens for a request as it has taken the request: %s', (isSampled) => {
    const parent = { isSampled, isRemote: false };
    for (const usual of [ON, OFF])
      expect(isTaken({ usual, kind: SpanKind.INTERNAL, parent })).toBe(isSampled);
  });

  it('leaves to the other sampler what callers continue, and what begins a trace without a request', () => {
    for (const isSampled of [true, false]) {
      const parent = { isSampled, isRemote: true };
      expect(isTaken({ usual: ON, kind: SpanKind.SERVER, parent })).toBe(true);
      expect(isTaken({ usual: OFF, kind: SpanKind.SERVER, parent })).toBe(false);
    }
    expect(isTaken({ usual: ON, kind: SpanKind.INTERNAL })).toBe(true);
    expect(isTaken({ usual: OFF, kind: SpanKind.INTERNAL })).toBe(false);
  });
});

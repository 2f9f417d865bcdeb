import { SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { SamplingDecision, type Sampler, type SamplingResult } from '@opentelemetry/sdk-trace';

/**
 * Samples each trace as a whole: what happens for a request is sampled as the request is. A request that begins a trace is
 * always taken, because it was drawn before it got a span (`traceRequests`). All else, such as what callers continue and reads that
 * no traced request begins, is left to another sampler.
 */
export class RequestSampler implements Sampler {
  constructor(private readonly usual: Sampler) {}

  shouldSample(...question: Parameters<Sampler['shouldSample']>): SamplingResult {
    const [context, , , kind] = question;
    const parent = trace.getSpanContext(context);
    if (parent === undefined && kind === SpanKind.SERVER) return decision(true);
    if (parent === undefined || parent.isRemote === true) return this.usual.shouldSample(...question);
    return decision((parent.traceFlags & TraceFlags.SAMPLED) !== 0);
  }
}

function decision(isSampled: boolean): SamplingResult {
  return { decision: isSampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
}

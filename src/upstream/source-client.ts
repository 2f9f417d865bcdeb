import type { FailureReason } from '@/model/failure.js';
import type { ReadContext } from '@/model/provider.js';
import type { SourceConfig } from '@/model/source.js';
import type { CallLimits } from './limits/call-limits.js';
import { passingOrLasting, type CallRetries } from './call-retries.js';
import { callTarget } from './call-target.js';
import type { Clock } from '@/model/clock.js';
import type { Authenticator, SignableCall } from './credentials/authenticator.js';
import { isRefusal } from './credentials/credential-gate.js';
import { throwIfAborted } from './http/deadline.js';
import type { CallHeaders, HttpAnswer, HttpExchange } from './http/http-exchange.js';
import { diagnoseAnswer } from './http/answer-diagnosis.js';
import { sourceWaitMs, retryAfterMs } from './limits/retry-after.js';
import type { UpstreamClient, UpstreamProtocol, UpstreamRequest } from './upstream-client.js';
import { reasonOfStatus, UpstreamError } from './upstream-error.js';
import type { UpstreamObserver } from './upstream-observer.js';

export interface SourceClientDependencies {
  readonly source: SourceConfig;
  readonly protocol: UpstreamProtocol;
  readonly authenticator: Authenticator;
  readonly exchange: HttpExchange;
  readonly limits: CallLimits;
  readonly retries: CallRetries;
  readonly observer: UpstreamObserver;
  readonly clock: Clock;
}

/** A call, and how often it was sent so far. */
interface OutgoingCall extends SignableCall {
  sent: number;
}

/** Calls one source's upstream, within its limits and as long as its credential is not refused; again where it helps. */
export class SourceClient implements UpstreamClient {
  constructor(private readonly parts: SourceClientDependencies) {}

  async getJson(request: UpstreamRequest, context: ReadContext): Promise<unknown> {
    const { limits, retries } = this.parts;
    const { signal } = context;
    try {
      const call = this.#describe(request);
      return await retries.run(signal, () => limits.run(signal, () => this.#getWithinLimits(call, context)));
    } catch (error) {
      throw upstreamErrorOf(error);
    }
  }

  /** The gate is asked before the budget is spent, and again at the last moment before the call. */
  async #getWithinLimits(call: OutgoingCall, context: ReadContext): Promise<unknown> {
    const { authenticator, limits } = this.parts;
    authenticator.gate.assertOpen();
    await limits.spend(context.signal);
    return authenticator.gate.pass(context.signal, () => this.#getAuthenticated(call, context));
  }

  /** Repeats a refused call once where its credential can be renewed. */
  async #getAuthenticated(call: OutgoingCall, context: ReadContext): Promise<unknown> {
    const { authenticator, limits } = this.parts;
    const headers = await authenticator.headersFor(call, context.signal);
    try {
      return await limits.call(context.signal, () => this.#observed(call, headers, context));
    } catch (error) {
      if (authenticator.discard === undefined || !isRefusal(error)) throw error;
      authenticator.discard(headers);
    }
    const renewed = await authenticator.headersFor(call, context.signal);
    await limits.spend(context.signal);
    return limits.call(context.signal, () => this.#observed(call, renewed, context));
  }

  #describe({ path, query }: UpstreamRequest): OutgoingCall {
    const { source, protocol } = this.parts;
    const target = callTarget(source.endpoint, path, Object.entries(query ?? {}));
    return { method: 'GET', target, headers: { ...protocol.headersOf(source), host: target.host }, sent: 0 };
  }

  async #observed(call: OutgoingCall, credential: CallHeaders, context: ReadContext): Promise<unknown> {
    const { source, observer, clock } = this.parts;
    throwIfAborted(context.signal);
    context.onCall();
    const startMs = clock.monotonicMs();
    const finish = (failure: UpstreamError | null): void => {
      const { cause, httpStatus } = failure?.diagnosis ?? { cause: null, httpStatus: null };
      const durationMs = clock.monotonicMs() - startMs;
      const outcome = failure?.reason ?? 'OK';
      observer.callFinished({ source: source.id, outcome, cause, httpStatus, durationMs });
    };
    try {
      const body = await this.#send(call, credential, context);
      finish(null);
      return body;
    } catch (error) {
      const failure = upstreamErrorOf(error);
      finish(failure);
      throw passingOrLasting(failure);
    }
  }

  async #send(call: OutgoingCall, credential: CallHeaders, context: ReadContext): Promise<unknown> {
    const { exchange, source } = this.parts;
    const headers = { ...call.headers, ...credential };
    const { method, target } = call;
    const { timeoutMs } = source;
    const { known } = context;
    const resends = call.sent;
    call.sent += 1;
    const answer = await exchange.send(
      { method, url: target.url, headers, timeoutMs, known, resends },
      context.signal,
    );
    return this.#read(answer);
  }

  #read(answer: HttpAnswer): unknown {
    const { protocol, limits, clock } = this.parts;
    const { body } = answer;
    const reason = protocol.failureOf(answer.status, body) ?? reasonOfStatus(answer.status);
    const nowMs = clock.wallMs();
    const failure = reason === null ? malformed(answer) : failureOf(answer, reason, nowMs);
    limits.gate.closeFor(sourceWaitMs(answer, reason, nowMs) ?? 0, failure?.diagnosis);
    if (failure !== null) throw failure;
    return body;
  }
}

function malformed(answer: HttpAnswer): UpstreamError | null {
  return answer.body === undefined ? new UpstreamError('MALFORMED', null, diagnoseAnswer(answer)) : null;
}

function failureOf(answer: HttpAnswer, reason: FailureReason, nowMs: number): UpstreamError {
  return new UpstreamError(reason, retryAfterMs(answer, nowMs), diagnoseAnswer(answer));
}

/** Nothing but an UpstreamError leaves: any other error may hold an address, a header or upstream text. */
function upstreamErrorOf(error: unknown): UpstreamError {
  return error instanceof UpstreamError ? error : new UpstreamError('UPSTREAM_ERROR');
}

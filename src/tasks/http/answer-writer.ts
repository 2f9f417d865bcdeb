import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '@/model/clock.js';
import type { CollectionAnswer } from '@/model/collection.js';
import { ageOf, cacheControl, cacheStatus, matchesTag } from './answer-headers.js';
import type { CallerWishes } from './freshness-headers.js';
import type { Representation } from './render.js';

/** An answer and what its headers are made from. */
export interface Answer {
  readonly feeds: CollectionAnswer;
  readonly complete: boolean;
  readonly representation: Representation;
  readonly link: string;
  /** How long the feeds took to be ready. */
  readonly waitedMs: number;
  readonly wishes: CallerWishes;
}

/** Writes answers with the headers that tell their age, freshness and origin. */
export class AnswerWriter {
  constructor(private readonly clock: Clock) {}

  write(answer: Answer, request: FastifyRequest, reply: FastifyReply): void {
    const { etag, body } = answer.representation;
    void reply.headers(this.headers(answer));
    if (matchesTag(request.headers['if-none-match'], etag)) void reply.status(304).send();
    else void reply.header('content-type', 'application/json; charset=utf-8').send(body);
  }

  private headers({
    feeds,
    complete,
    representation,
    link,
    waitedMs,
    wishes,
  }: Answer): Record<string, string> {
    const age = ageOf(feeds, this.clock);
    const headers: Record<string, string> = {
      etag: representation.etag,
      'cache-control': cacheControl(age, complete),
      'cache-status': cacheStatus(feeds, age),
      'server-timing': `feeds;dur=${waitedMs.toFixed(1)}`,
      vary: 'Prefer',
      link,
    };
    if (age.ageSeconds !== null) headers.age = String(age.ageSeconds);
    if (wishes.applied !== null) headers['preference-applied'] = wishes.applied;
    return headers;
  }
}

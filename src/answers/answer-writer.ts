import type { FastifyReply } from 'fastify';
import type { Clock } from '@/model/clock.js';
import type { CollectionAnswer } from '@/model/collection.js';
import { ageOf, cacheControl, cacheStatus } from './answer-headers.js';
import type { RequestPreferences } from './request-preferences.js';
import type { Representation } from './representation.js';

/** An answer and what its headers are made from. */
export interface Answer {
  readonly feeds: CollectionAnswer;
  readonly complete: boolean;
  readonly representation: Representation;
  readonly link: string;
  /** How long the feeds took to be ready. */
  readonly waitedMs: number;
  readonly preferences: RequestPreferences;
}

/** Writes answers with the headers that tell their age, freshness and origin. */
export class AnswerWriter {
  constructor(private readonly clock: Clock) {}

  /** Where the caller has the answer already, the hook that compresses answers makes it a 304. */
  write(answer: Answer, reply: FastifyReply): void {
    void reply.headers(this.headers(answer)).send(answer.representation.body);
  }

  private headers({
    feeds,
    complete,
    representation,
    link,
    waitedMs,
    preferences,
  }: Answer): Record<string, string> {
    const age = ageOf(feeds, this.clock);
    const headers: Record<string, string> = {
      'content-type': 'application/json; charset=utf-8',
      etag: representation.etag,
      'cache-control': cacheControl(age, complete),
      'cache-status': cacheStatus(feeds, age),
      'server-timing': `feeds;dur=${waitedMs.toFixed(1)}`,
      vary: 'Authorization, Prefer, X-API-Key',
      link,
    };
    if (age.ageSeconds !== null) headers.age = String(age.ageSeconds);
    if (preferences.applied !== null) headers['preference-applied'] = preferences.applied;
    return headers;
  }
}
